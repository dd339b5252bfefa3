package org.openclip.backend.tf.lowering;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.tf.runtime.ElementTypes;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;

/** Writes TensorFlow operations; numbers and lists that occur twice are written once. */
public final class Emitter {
  private final NativeGraph graph;
  private final Map<List<?>, Output> constants = new HashMap<>();

  /** Creates a writer into a graph. */
  public Emitter(NativeGraph graph) {
    this.graph = graph;
  }

  /** Returns the graph that is written. */
  public NativeGraph graph() {
    return graph;
  }

  /** Begins an operation with attributes. */
  public OpBuilder begin(String type, Output... inputs) {
    return graph.op(type).inputs(inputs);
  }

  /** Adds an operation that needs no attributes. */
  public Output op(String type, Output... inputs) {
    return begin(type, inputs).build();
  }

  /** Adds a tensor. */
  public Output constant(Tensor tensor) {
    return graph.op("Const").attr("dtype", tensor.type()).tensor("value", tensor).build();
  }

  /** Returns a scalar. */
  public Output number(double value, DataType type) {
    return constants.computeIfAbsent(
        List.of(value, type),
        key -> {
          var bytes = Tensor.allocate(type.bytes());
          switch (type) {
            case FLOAT32 -> bytes.putFloat(0, (float) value);
            case FLOAT16 -> bytes.putShort(0, Float.floatToFloat16((float) value));
            case BFLOAT16 ->
                bytes.putShort(0, (short) (Float.floatToRawIntBits((float) value) >>> 16));
            case INT64 -> bytes.putLong(0, (long) value);
            case INT32 -> bytes.putInt(0, (int) value);
            case INT8, BOOL -> bytes.put(0, (byte) value);
          }
          return constant(Tensor.of(type, bytes));
        });
  }

  /** Returns an {@code int32} scalar. */
  public Output integer(long value) {
    return number((double) value, DataType.INT32);
  }

  /** Returns an {@code int32} list, as axes and shapes are given. */
  public Output integers(long... values) {
    return constants.computeIfAbsent(
        List.of("integers", Arrays.stream(values).boxed().toList()),
        key -> {
          var bytes = Tensor.allocate(4L * values.length);
          Arrays.stream(values).forEach(v -> bytes.putInt(Math.toIntExact(v)));
          return constant(Tensor.of(DataType.INT32, bytes.flip(), values.length));
        });
  }

  /** Returns an {@code int32} list. */
  public Output integers(List<Integer> values) {
    return integers(values.stream().mapToLong(Integer::longValue).toArray());
  }

  /** Returns the same numbers in another type. */
  public Output cast(Output input, DataType from, DataType to) {
    return from == to ? input : begin("Cast", input).attr("DstT", to).build();
  }

  /** Returns the same numbers in float64. */
  public Output toDouble(Output input) {
    return begin("Cast", input).type("DstT", ElementTypes.DOUBLE).build();
  }

  /** Returns the axes in another order. */
  public Output transpose(Output input, long... permutation) {
    return op("Transpose", input, integers(permutation));
  }

  /** Returns an axis folded by {@code Sum}, {@code Mean} or {@code Max}. */
  public Output reduce(String reduction, Output input, boolean keep, long... axes) {
    return begin(reduction, input, integers(axes)).attr("keep_dims", keep).build();
  }

  /** Returns lists or tensors one after the other. */
  public Output concat(List<Output> parts, int axis) {
    return parts.size() == 1
        ? parts.get(0)
        : graph.op("ConcatV2").inputList(parts).inputs(integer(axis)).build();
  }

  /**
   * Returns a tensor of some rank with so many zeros behind the last element of an axis. Not by
   * {@code Pad}, which TensorFlow joins with a convolution behind it, whatever the axis.
   */
  public Output fill(Output input, DataType type, int axis, int rank, long more) {
    long[] paddings = new long[2 * rank];
    paddings[2 * axis + 1] = more;
    Output around = op("Reshape", integers(paddings), integers(rank, 2));
    return op("PadV2", input, around, number(0, type));
  }

  /** Returns scalars as a list. */
  public Output pack(List<Output> scalars) {
    return graph.op("Pack").inputList(scalars).build();
  }
}
