package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.BackendException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.tf.runtime.Integers;

/** 8-bit integers are refused by name of the backend that has them; nothing native is loaded. */
class IntegersTest {
  @Test
  void thePrecisionIsRefused() {
    BackendOptions integers = BackendOptions.DEFAULT.withPrecision(Precision.INT8);

    assertThatThrownBy(() -> new TfBackendProvider().open(integers))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("int8")
        .hasMessageContaining("--backend onnx");
  }

  @Test
  void weightsAreRefusedByName() {
    Tensor bytes = Tensor.of(DataType.INT8, Tensor.allocate(2), 2, 1);
    Weights weights =
        Weights.of(
            Map.of("some.weight", Tensor.quantized(bytes, Tensor.of(new float[] {1, 1}, 2))));

    assertThatThrownBy(() -> Integers.refuse(weights))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("some.weight")
        .hasMessageContaining("--backend onnx");
  }
}
