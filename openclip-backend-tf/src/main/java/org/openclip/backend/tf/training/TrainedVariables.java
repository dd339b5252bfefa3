package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.ParameterSource;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/**
 * Parameters and buffers as variables, in float32 and in the layout of the state dictionary
 * whatever the precision, so that small steps are not lost and checkpoints need no conversion.
 */
final class TrainedVariables implements ParameterSource {
  private final Emitter out;
  private final Map<String, LeafOp.Parameter> parameters;
  private final Map<String, Output> handles = new LinkedHashMap<>();
  private final Map<String, Output> read = new HashMap<>();

  TrainedVariables(Emitter out, Map<String, LeafOp.Parameter> parameters) {
    this.out = out;
    this.parameters = parameters;
    parameters.forEach(
        (name, p) -> handles.put(name, handle(out, name, p.type(), p.shape().sizes())));
  }

  /** Adds a variable. */
  static Output handle(Emitter out, String name, DataType type, long... shape) {
    return out.graph()
        .op("VarHandleOp", "variable/" + name.replaceAll("[^A-Za-z0-9_./]", "_"))
        .attr("dtype", type)
        .shape("shape", shape)
        .attr("shared_name", name)
        .build();
  }

  /** Adds an assignment. */
  static Output assign(Emitter out, Output handle, Output value, DataType type) {
    return out.begin("AssignVariableOp", handle, value).attr("dtype", type).build();
  }

  /** Returns the names in order. */
  Set<String> names() {
    return handles.keySet();
  }

  LeafOp.Parameter parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  Output handle(String name) {
    return Objects.requireNonNull(handles.get(name), name);
  }

  @Override
  public DataType stored(LeafOp.Parameter parameter) {
    return parameter.type();
  }

  @Override
  public Output read(LeafOp.Parameter parameter) {
    return read(parameter.name());
  }

  /** Returns a variable's value as a step begins. */
  Output read(String name) {
    return read.computeIfAbsent(
        name,
        n ->
            out.begin("ReadVariableOp", handle(name))
                .attr("dtype", parameter(name).type())
                .build());
  }

  /** Returns a variable's value after an operation has run. */
  Output readAfter(String name, Output operation) {
    return out.begin("ReadVariableOp", handle(name))
        .attr("dtype", parameter(name).type())
        .after(operation)
        .build();
  }

  @Override
  public Output kernel(LeafOp.Parameter parameter) {
    Output value = read(parameter);
    return read.computeIfAbsent(
        parameter.name() + "#kernel", n -> out.transpose(value, 2, 3, 1, 0));
  }

  /** Copies weights into the variables of a session, all in one run. */
  void fill(NativeSession session, Weights weights) {
    if (handles.isEmpty()) {
      return;
    }
    List<Output> feeds = new ArrayList<>();
    List<Output> assignments = new ArrayList<>();
    List<NativeTensor> tensors = new ArrayList<>();
    try {
      for (String name : handles.keySet()) {
        Tensor tensor = weights.get(name);
        DataType type = parameter(name).type();
        Output given =
            out.graph()
                .op("Placeholder")
                .attr("dtype", tensor.type())
                .shape("shape", tensor.shape())
                .build();
        feeds.add(given);
        assignments.add(assign(out, handle(name), out.cast(given, tensor.type(), type), type));
        // A variable would share the memory of what it is assigned, and change it later.
        tensors.add(NativeTensor.copyOf(tensor));
      }
      try (NativeCall call = session.prepare(feeds, List.of(), assignments)) {
        call.run(tensors);
      }
    } finally {
      tensors.forEach(NativeTensor::close);
    }
  }
}
