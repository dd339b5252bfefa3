package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openclip.api.BackendException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.testkit.BackendContract;

class TfBackendTest extends BackendContract {
  @Override
  protected BackendProvider provider() {
    return new TfBackendProvider();
  }

  @Test
  void saysWhatAGpuNeedsWhenOneIsDemanded() {
    BackendOptions options =
        new BackendOptions(new Device(Device.Kind.CUDA, 0), Precision.FLOAT32, 0);

    assertThatThrownBy(() -> provider().open(options))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("linux-x86_64-gpu");
  }
}
