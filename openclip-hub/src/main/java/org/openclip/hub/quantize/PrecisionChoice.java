package org.openclip.hub.quantize;

import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Weights;

/**
 * The precision in which a model computes.
 *
 * @param chosen the one that the user chose; null for the one that the weights are made for
 */
public record PrecisionChoice(@Nullable Precision chosen) {
  /** Returns the precision for weights: int8 for weights of 8 bits, unless another was chosen. */
  public Precision of(Weights weights) {
    Precision precision = chosen;
    if (precision != null) {
      return precision;
    }
    return QuantizedWeights.are(weights) ? Precision.INT8 : Precision.FLOAT32;
  }

  /** Returns the weights with the large matrices in 8 bits, if that is the precision. */
  public Weights apply(Architecture architecture, Weights weights) {
    return of(weights) == Precision.INT8 ? QuantizedWeights.of(architecture, weights) : weights;
  }
}
