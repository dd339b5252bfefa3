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
          "it does not compute in int8; the backend onnx does (--backend onnx), and here there are"
              + " fp32, fp16 and bf16");
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
            "the weight %s is of 8 bits, as 'openclip quantize' writes them; the backend onnx runs such models (--backend onnx), and here the model runs that they were made from"
                .formatted(name));
      }
    }
  }
}
