package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/**
 * What an optimizer keeps for each parameter, as variables of its shape. Where processes share the
 * state out, each has those of its own parameters alone.
 */
final class OptimizerVariables {
  private final Emitter out;
  private final Map<String, Output> handles = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /**
   * Adds the variables.
   *
   * @param own whether this process has the state of a parameter, by its name
   */
  OptimizerVariables(Emitter out, TrainingPlan plan, Predicate<String> own) {
    this.out = out;
    for (String parameter : plan.rules().keySet()) {
      long[] shape = Objects.requireNonNull(plan.parameters().get(parameter)).shape().sizes();
      for (String state : plan.optimizer().state()) {
        String name = name(state, parameter);
        shapes.put(name, shape);
        if (own.test(parameter)) {
          handles.put(name, TrainedVariables.handle(out, name, DataType.FLOAT32, shape));
        }
      }
    }
  }

  static String name(String state, String parameter) {
    return state + "/" + parameter;
  }

  /** Returns the names of all processes' state, {@code STATE/PARAMETER}. */
  Set<String> all() {
    return shapes.keySet();
  }

  /** Returns the names of this process' own. */
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
    return handles.keySet().stream().map(this::read).toList();
  }

  /** Returns one of them as it is. */
  Output read(String name) {
    return out.begin("ReadVariableOp", handle(name)).attr("dtype", DataType.FLOAT32).build();
  }
}
