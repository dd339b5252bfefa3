package org.openclip.backend.tf.lowering;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/**
 * The weights of a program as variables that nothing changes. A variable shares the memory of the
 * tensor that it is assigned: weights that lie in the program's type and arrangement are read where
 * the checkpoint is mapped; others are converted once, when the program opens.
 */
public final class ModelVariables implements ParameterSource {
  private final Emitter out;
  private final Weights weights;
  private final Numbers numbers;
  private final Map<String, Output> read = new HashMap<>();
  private final Map<Output, Tensor> feeds = new LinkedHashMap<>();
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final List<Output> assignments = new ArrayList<>();

  /**
   * A variable.
   *
   * @param handle what stands for it
   * @param type the type of its elements
   */
  public record Variable(Output handle, DataType type) {}

  /** Creates variables over weights, which are read when they are filled. */
  public ModelVariables(Emitter out, Weights weights, Numbers numbers) {
    this.out = out;
    this.weights = weights;
    this.numbers = numbers;
  }

  /** Only what is multiplied, or looked up, is kept in fewer bits. */
  @Override
  public DataType stored(LeafOp.Parameter parameter) {
    if (parameter.type() != DataType.FLOAT32) {
      return parameter.type();
    }
    return parameter.shape().rank() >= 2 ? numbers.stored() : DataType.FLOAT32;
  }

  @Override
  public Output read(LeafOp.Parameter parameter) {
    return read.computeIfAbsent(
        parameter.name(), name -> variable(name, parameter, given(parameter)));
  }

  @Override
  public Output kernel(LeafOp.Parameter parameter) {
    return read.computeIfAbsent(
        parameter.name() + "#kernel",
        name -> variable(name, parameter, out.transpose(given(parameter), 2, 3, 1, 0)));
  }

  private Output variable(String name, LeafOp.Parameter parameter, Output value) {
    DataType type = stored(parameter);
    long[] shape = parameter.shape().sizes();
    boolean kernel = !name.equals(parameter.name());
    Output handle =
        out.graph()
            .op("VarHandleOp", "weight/" + name.replaceAll("[^A-Za-z0-9_.]", "_"))
            .attr("dtype", type)
            .shape("shape", kernel ? new long[] {shape[2], shape[3], shape[1], shape[0]} : shape)
            .attr("shared_name", name)
            .build();
    variables.put(name, new Variable(handle, type));
    assignments.add(out.begin("AssignVariableOp", handle, value).attr("dtype", type).build());
    return out.begin("ReadVariableOp", handle).attr("dtype", type).build();
  }

  /** Returns the checkpoint's tensor, fed when the variables are filled, in the kept type. */
  private Output given(LeafOp.Parameter parameter) {
    Tensor tensor = weights.get(parameter.name());
    List<Output> parts = new ArrayList<>();
    long row = tensor.chunks().size() == 1 ? 1 : tensor.bytes() / tensor.shape()[0];
    for (ByteBuffer chunk : tensor.chunks()) {
      long[] shape = tensor.shape();
      if (tensor.chunks().size() > 1) {
        shape[0] = chunk.remaining() / row;
      }
      Output part =
          out.graph().op("Placeholder").attr("dtype", tensor.type()).shape("shape", shape).build();
      feeds.put(part, Tensor.of(tensor.type(), chunk, shape));
      parts.add(part);
    }
    return out.cast(out.concat(parts, 0), tensor.type(), stored(parameter));
  }

  /** Fills the variables of a session, all in one run. */
  public void fill(NativeSession session) {
    if (assignments.isEmpty()) {
      return;
    }
    List<NativeTensor> tensors = new ArrayList<>();
    try (NativeCall call = session.prepare(List.copyOf(feeds.keySet()), List.of(), assignments)) {
      feeds.values().forEach(tensor -> tensors.add(NativeTensor.of(tensor)));
      call.run(tensors);
    } finally {
      tensors.forEach(NativeTensor::close);
    }
  }

  /** Returns the tensors that variables may share, which must live as long as the session. */
  public List<Tensor> shared() {
    return List.copyOf(feeds.values());
  }

  /** Returns the variables by name, in order. */
  public Map<String, Variable> variables() {
    return Collections.unmodifiableMap(variables);
  }
}
