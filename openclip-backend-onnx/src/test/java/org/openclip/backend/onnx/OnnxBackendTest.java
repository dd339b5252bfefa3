package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import org.junit.jupiter.api.Test;
import org.openclip.api.BackendException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.testkit.BackendContract;

class OnnxBackendTest extends BackendContract {
  @Override
  protected BackendProvider provider() {
    return new OnnxBackendProvider();
  }

  @Test
  void saysWhatAGpuNeedsWhenOneIsDemanded() {
    assumeThat(OrtEnvironment.getAvailableProviders()).doesNotContain(OrtProvider.CUDA);
    BackendOptions options =
        new BackendOptions(new Device(Device.Kind.CUDA, 0), Precision.FLOAT32, 0);

    assertThatThrownBy(() -> provider().open(options))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("onnxruntime_gpu");
  }
}
