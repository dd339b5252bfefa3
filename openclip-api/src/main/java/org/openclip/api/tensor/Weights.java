package org.openclip.api.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.openclip.api.UnknownNameException;

/**
 * The named tensors of a model, as a checkpoint holds them.
 *
 * <p>Names and layouts are those of the reference's state dictionary: a linear layer's weight is
 * {@code [out, in]}, a convolution's {@code [out, in / groups, height, width]}. Safe for many
 * threads.
 */
public interface Weights extends AutoCloseable {
  /** Returns the names in the order of the checkpoint. */
  Set<String> names();

  /**
   * Returns a tensor.
   *
   * @throws UnknownNameException when there is none of that name
   */
  Tensor get(String name);

  /**
   * Releases the checkpoint. Its tensors must not be read afterwards. Closing twice is harmless.
   */
  @Override
  default void close() {}

  /** Returns these weights with one tensor replaced; closing the result closes these. */
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

  /** Returns weights over a map, in the map's order. */
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
