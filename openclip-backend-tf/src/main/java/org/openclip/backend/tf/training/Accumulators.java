package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/** Variables in which the gradients of several runs add up. */
final class Accumulators {
  private static final DataType REAL = DataType.FLOAT32;

  private final Emitter out;
  private final TrainedVariables variables;
  private final Map<String, Output> handles = new LinkedHashMap<>();

  Accumulators(Emitter out, TrainedVariables variables) {
    this.out = out;
    this.variables = variables;
  }

  /**
   * Returns operations that set the sums to the first gradients, and to zero where there is none.
   */
  List<Output> start(Map<String, Output> first, Set<String> others) {
    Set<String> names = new LinkedHashSet<>(first.keySet());
    names.addAll(others);
    List<Output> operations = new ArrayList<>();
    for (String name : names) {
      long[] shape = variables.parameter(name).shape().sizes();
      Output handle = TrainedVariables.handle(out, "gradient/" + name, REAL, shape);
      handles.put(name, handle);
      Output value = first.get(name);
      operations.add(
          TrainedVariables.assign(
              out, handle, value == null ? OptimizerVariables.zeros(out, shape) : value, REAL));
    }
    return operations;
  }

  /** Returns operations that add gradients to the sums. */
  List<Output> add(Map<String, Output> gradients) {
    List<Output> operations = new ArrayList<>();
    gradients.forEach(
        (name, gradient) ->
            operations.add(
                out.begin(
                        "AssignAddVariableOp", Objects.requireNonNull(handles.get(name)), gradient)
                    .attr("dtype", REAL)
                    .build()));
    return operations;
  }

  /** Returns the sums by parameter. */
  Map<String, Output> read() {
    Map<String, Output> sums = new LinkedHashMap<>();
    handles.forEach(
        (name, handle) ->
            sums.put(name, out.begin("ReadVariableOp", handle).attr("dtype", REAL).build()));
    return sums;
  }
}
