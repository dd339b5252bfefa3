package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/** Derivatives of the loss by parameters, gathered from wherever a parameter is read. */
final class Derivatives {
  private final Emitter out;
  private final Map<String, List<Output>> parts = new LinkedHashMap<>();

  Derivatives(Emitter out) {
    this.out = out;
  }

  /**
   * Derives values by parameters and other inputs.
   *
   * @param of what is derived
   * @param incoming the derivatives of the loss by each of them; empty for a loss itself
   * @param parameters the values of parameters as they were read, by name
   * @param inputs by what else is derived
   * @return the derivatives by the other inputs, in order
   */
  List<Optional<Output>> add(
      List<Output> of, List<Output> incoming, Map<String, Output> parameters, List<Output> inputs) {
    List<Output> by = new ArrayList<>(parameters.values());
    by.addAll(inputs);
    if (by.isEmpty()) {
      return List.of();
    }
    List<Optional<Output>> found =
        out.graph().gradients(of, by, incoming.isEmpty() ? null : incoming);
    int next = 0;
    for (String name : parameters.keySet()) {
      found.get(next++).ifPresent(d -> parts.computeIfAbsent(name, n -> new ArrayList<>()).add(d));
    }
    return found.subList(next, found.size());
  }

  /** Returns the derivative by each parameter that the loss depends on. */
  Map<String, Output> sums() {
    Map<String, Output> sums = new LinkedHashMap<>();
    parts.forEach(
        (name, list) ->
            sums.put(
                name,
                list.size() == 1 ? list.get(0) : out.graph().op("AddN").inputList(list).build()));
    return sums;
  }
}
