package org.openclip.hub.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** Provides named tensors one at a time, so that a model larger than the memory can be written. */
public interface WeightSource {
  /** Returns type and shape of every tensor, in the order in which they are to be written. */
  Map<String, TensorLayout> layout();

  /**
   * Returns a tensor, made anew each time.
   *
   * @param name one of {@link #layout}'s
   */
  Tensor tensor(String name);

  /** Returns a source over open weights, which their owner keeps. */
  static WeightSource of(Weights weights) {
    Map<String, TensorLayout> layout = new LinkedHashMap<>();
    for (String name : weights.names()) {
      Tensor tensor = weights.get(name);
      layout.put(
          name, new TensorLayout(tensor.type(), Arrays.stream(tensor.shape()).boxed().toList()));
    }
    return new WeightSource() {
      @Override
      public Map<String, TensorLayout> layout() {
        return layout;
      }

      @Override
      public Tensor tensor(String name) {
        return weights.get(name);
      }
    };
  }
}
