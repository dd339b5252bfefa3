package org.openclip.hub.checkpoint.naming;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.openclip.api.UnknownNameException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Tensors of a checkpoint under other names, each made when it is asked for. What the checkpoint
 * lacks is left out, for strict loading to list.
 */
final class Renamed implements Weights {
  private final Weights base;
  private final Map<String, Supplier<Tensor>> tensors = new LinkedHashMap<>();

  Renamed(Weights base) {
    this.base = base;
  }

  /** Adds a tensor of the base under another name. */
  Renamed rename(String name, String old) {
    return map(name, old, tensor -> tensor);
  }

  /** Adds a tensor of the base in another layout. */
  Renamed map(String name, String old, UnaryOperator<Tensor> layout) {
    return base.names().contains(old) ? put(name, () -> layout.apply(base.get(old))) : this;
  }

  /** Adds several tensors of the base, each in another layout, stacked along the first axis. */
  Renamed stack(String name, List<String> old, UnaryOperator<Tensor> layout) {
    return base.names().containsAll(old)
        ? put(name, () -> Rearranged.stacked(old.stream().map(base::get).map(layout).toList()))
        : this;
  }

  /** Adds a tensor. */
  Renamed put(String name, Supplier<Tensor> tensor) {
    tensors.put(name, tensor);
    return this;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public Tensor get(String name) {
    Supplier<Tensor> tensor = tensors.get(name);
    if (tensor == null) {
      throw new UnknownNameException("weight", name, tensors.keySet(), "");
    }
    return tensor.get();
  }

  @Override
  public void close() {
    base.close();
  }
}
