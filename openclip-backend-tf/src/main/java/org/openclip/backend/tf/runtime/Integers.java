package org.openclip.backend.tf.runtime;

import org.openclip.api.BackendException;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.Weights;

/** The refusal of 8-bit integers, for which TensorFlow has no fast arithmetic on processors. */
public final class Integers {
  private Integers() {}

  /**
   * Checks a precision.
   *
   * @throws BackendException when it is int8
   */
  public static void refuse(Precision precision) {
    if (precision == Precision.INT8) {
      throw new BackendException(
          NativeLibrary.BACKEND,
          "it does not support int8; use the backend onnx (--backend onnx), or fp32, fp16 or bf16");
    }
  }

  /**
   * Checks weights.
   *
   * @throws BackendException when some are of 8 bits
   */
  public static void refuse(Weights weights) {
    for (String name : weights.names()) {
      if (weights.get(name).scales().isPresent()) {
        throw new BackendException(
            NativeLibrary.BACKEND,
            "the weight %s has 8 bits, and this backend does not run models of 'openclip quantize'; use the backend onnx (--backend onnx), or the original model"
                .formatted(name));
      }
    }
  }
}
