package org.openclip.api.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.openclip.api.UnknownNameException;

/**
 * The named tensors of a checkpoint: a state dict.
 *
 * <p>Names and layouts are those of the reference's state dict: a linear layer's weight is {@code
 * [out, in]}, a convolution's {@code [out, in / groups, height, width]}. Safe for many threads.
 */
public interface Weights extends AutoCloseable {
  /** Returns the names in the order of the checkpoint. */
  Set<String> names();

  /**
   * Returns a tensor.
   *
   * @throws UnknownNameException when there is no tensor of this name
   */
  Tensor get(String name);

  /**
   * Closes the checkpoint. Its tensors must not be read afterwards. Closing twice has no effect.
   */
  @Override
  default void close() {}

  /** Returns these weights with one tensor replaced. Closing the result closes these weights. */
  default Weights replacing(String name, Tensor tensor) {
    Weights base = this;
    return new Weights() {
      @Override
      public Set<String> names() {
        return base.names();
      }

      @Override
      public Tensor get(String wanted) {
        return wanted.equals(name) ? tensor : base.get(wanted);
      }

      @Override
      public void close() {
        base.close();
      }
    };
  }

  /** Creates weights from a map, in the map's order. */
  static Weights of(Map<String, Tensor> tensors) {
    Map<String, Tensor> copy = new LinkedHashMap<>(tensors);
    return new Weights() {
      @Override
      public Set<String> names() {
        return Collections.unmodifiableSet(copy.keySet());
      }

      @Override
      public Tensor get(String name) {
        Tensor tensor = copy.get(name);
        if (tensor == null) {
          throw new UnknownNameException("weight", name, copy.keySet(), "");
        }
        return tensor;
      }
    };
  }
}
