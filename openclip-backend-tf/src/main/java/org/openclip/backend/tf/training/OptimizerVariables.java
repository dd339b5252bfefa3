package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/** What an optimizer keeps for each parameter, as variables of its shape. */
final class OptimizerVariables {
  private final Emitter out;
  private final Map<String, Output> handles = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  OptimizerVariables(Emitter out, TrainingPlan plan) {
    this.out = out;
    for (String parameter : plan.rules().keySet()) {
      long[] shape = Objects.requireNonNull(plan.parameters().get(parameter)).shape().sizes();
      for (String state : plan.optimizer().state()) {
        String name = name(state, parameter);
        shapes.put(name, shape);
        handles.put(name, TrainedVariables.handle(out, name, DataType.FLOAT32, shape));
      }
    }
  }

  private static String name(String state, String parameter) {
    return state + "/" + parameter;
  }

  /** Returns the names, {@code STATE/PARAMETER}. */
  Set<String> names() {
    return handles.keySet();
  }

  long[] shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name).clone();
  }

  Output handle(String name) {
    return Objects.requireNonNull(handles.get(name), name);
  }

  Output handle(String state, String parameter) {
    return handle(name(state, parameter));
  }

  /** Returns operations that set all to zero. */
  List<Output> zero() {
    List<Output> assignments = new ArrayList<>();
    for (String name : handles.keySet()) {
      assignments.add(
          TrainedVariables.assign(out, handle(name), zeros(out, shape(name)), DataType.FLOAT32));
    }
    return assignments;
  }

  /** Returns zeros of a shape. */
  static Output zeros(Emitter out, long[] shape) {
    return out.op("Fill", out.integers(shape), out.number(0, DataType.FLOAT32));
  }

  /** Returns the values as they are. */
  List<Output> read() {
    return handles.values().stream()
        .map(h -> out.begin("ReadVariableOp", h).attr("dtype", DataType.FLOAT32).build())
        .toList();
  }
}
