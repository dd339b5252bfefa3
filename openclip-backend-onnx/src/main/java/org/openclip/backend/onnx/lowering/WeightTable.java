package org.openclip.backend.onnx.lowering;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.WeightCheck;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.model.OnnxGraph;

/**
 * The weights that an ONNX graph refers to. Each stays outside of the graph, in the layout and type
 * of the checkpoint, under its own name; where only some rows are wanted, or a weight lies in
 * several buffers, under names of its parts.
 */
final class WeightTable {
  private final OnnxGraph out;
  private final Weights weights;
  private final Numbers numbers;
  private final boolean rounding;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** Those that more than the one kernel made for weights may read. */
  private final Set<String> read = new HashSet<>();

  /** Those of 8 bits as floating-point numbers, for operators that know no others. */
  private final Map<String, Tensor> widened = new HashMap<>();

  private final Map<String, String> converted = new HashMap<>();
  private final Map<String, List<Part>> parts = new HashMap<>();

  /**
   * Rows of a weight that lie in one buffer.
   *
   * @param name what the graph calls them
   * @param rows how many
   */
  record Part(String name, long rows) {}

  /**
   * Creates the table of a graph without weights.
   *
   * @param rounding whether weights are rounded to the stored type before the graph gets them, and
   *     not by the graph
   */
  WeightTable(OnnxGraph out, Weights weights, Numbers numbers, boolean rounding) {
    this.out = out;
    this.weights = weights;
    this.numbers = numbers;
    this.rounding = rounding;
  }

  /**
   * Checks that the weights are those of a graph.
   *
   * @throws org.openclip.api.OpenClipException when one is missing or has another shape
   */
  void check(Graph graph) {
    WeightCheck.check(graph, weights);
  }

  /** Returns the name of a weight as any operator may read it, in the type of its numbers. */
  String whole(Parameter parameter) {
    List<String> names = new ArrayList<>();
    for (Part part : raw(parameter)) {
      read.add(part.name());
      names.add(convert(part.name(), parameter));
    }
    return names.size() == 1
        ? names.get(0)
        : converted.computeIfAbsent(
            parameter.name(), name -> out.node("Concat", names, OnnxGraph.integer("axis", 0)));
  }

  /**
   * Returns the name of a weight for a kernel that was made for weights: nothing reads it before
   * that, so it need never be copied.
   */
  String operand(Parameter parameter) {
    List<Part> raw = raw(parameter);
    return raw.size() == 1 ? convert(raw.get(0).name(), parameter) : whole(parameter);
  }

  /** Returns a weight in the pieces in which it lies, in the type in which the graph gets it. */
  List<Part> raw(Parameter parameter) {
    return parts.computeIfAbsent(parameter.name(), name -> split(parameter));
  }

  private List<Part> split(Parameter parameter) {
    Tensor tensor = real(parameter);
    List<ByteBuffer> chunks = tensor.chunks();
    if (chunks.size() == 1) {
      long rows = tensor.shape().length == 0 ? 1 : tensor.shape()[0];
      return List.of(new Part(add(parameter.name(), tensor), rows));
    }
    List<Part> split = new ArrayList<>();
    for (ByteBuffer chunk : chunks) {
      Tensor part = rows(tensor, chunk);
      split.add(new Part(add(parameter.name() + "#" + split.size(), part), part.shape()[0]));
    }
    return List.copyOf(split);
  }

  /** Returns the type in which the graph gets a weight. */
  DataType type(Parameter parameter) {
    return type(real(parameter).type());
  }

  private DataType type(DataType checkpoint) {
    boolean rounded = rounding && checkpoint.floating() && numbers.stored() != DataType.FLOAT32;
    return rounded ? numbers.stored() : checkpoint;
  }

  /** Returns whether rows of a weight can be taken without a copy. */
  boolean contiguous(Parameter parameter) {
    return weights.get(parameter.name()).chunks().size() == 1;
  }

  /**
   * Returns the name of some rows of a weight.
   *
   * @param from the first row
   * @param to the row after the last
   * @param general whether any operator may read them, not just a kernel made for weights
   */
  String rows(Parameter parameter, long from, long to, boolean general) {
    String name = parameter.name() + "[" + from + ":" + to + "]";
    if (!tensors.containsKey(name)) {
      Tensor tensor = real(parameter);
      int row = Math.toIntExact(tensor.bytes() / tensor.shape()[0]);
      int start = Math.toIntExact(from * row);
      int length = Math.toIntExact((to - from) * row);
      add(name, rows(tensor, tensor.data().slice(start, length)));
    }
    if (general) {
      read.add(name);
    }
    return convert(name, parameter);
  }

  /** Returns a weight in a type of floating-point numbers, unless it stands for others. */
  private Tensor real(Parameter parameter) {
    Tensor tensor = weights.get(parameter.name());
    return tensor.scales().isEmpty()
        ? tensor
        : widened.computeIfAbsent(
            parameter.name(), name -> Tensor.of(tensor.toFloats(), tensor.shape()));
  }

  /**
   * Returns some rows of a weight of 8-bit integers; null when it has other numbers.
   *
   * @param from the first row
   * @param to the row after the last
   * @param range how far the integers may go from zero
   */
  @Nullable IntegerMatrix integers(Parameter parameter, long from, long to, IntegerRange range) {
    Tensor tensor = weights.get(parameter.name());
    if (tensor.scales().isEmpty() || tensor.shape().length != 2 || tensor.chunks().size() != 1) {
      return null;
    }
    String name = parameter.name() + "[" + from + ":" + to + "] integers";
    String scales = parameter.name() + "[" + from + ":" + to + "] scales";
    if (!tensors.containsKey(name)) {
      Tensor some = range.fit(rows(tensor, from, to));
      read.add(add(name, integers(some)));
      read.add(add(scales, some.scales().orElseThrow()));
    }
    return new IntegerMatrix(name, scales);
  }

  private static Tensor integers(Tensor tensor) {
    return Tensor.of(tensor.type(), tensor.data(), tensor.shape());
  }

  /** Returns some rows of a quantized tensor, where they lie. */
  private static Tensor rows(Tensor tensor, long from, long to) {
    int start = Math.toIntExact(from);
    int count = Math.toIntExact(to - from);
    int row = Math.toIntExact(tensor.bytes() / tensor.shape()[0]);
    ByteBuffer factors = tensor.scales().orElseThrow().data();
    return Tensor.quantized(
        rows(tensor, tensor.data().slice(start * row, count * row)),
        Tensor.of(
            DataType.FLOAT32, factors.slice(start * Float.BYTES, count * Float.BYTES), count));
  }

  private static Tensor rows(Tensor tensor, ByteBuffer some) {
    long[] shape = tensor.shape();
    shape[0] = some.remaining() / (tensor.bytes() / shape[0]);
    return Tensor.of(tensor.type(), some, shape);
  }

  private String add(String name, Tensor tensor) {
    out.external(name, type(tensor.type()), tensor.shape());
    tensors.put(name, tensor);
    return name;
  }

  private String convert(String name, Parameter parameter) {
    String known = converted.get(name);
    if (known == null) {
      known = convert(name, type(parameter), parameter.type());
      if (!known.equals(name)) {
        read.add(name);
      }
      converted.put(name, known);
    }
    return known;
  }

  /**
   * Returns numbers of a checkpoint in the type in which they are computed with.
   *
   * @param from the type that they have
   * @param declared the type that the graph gives them
   */
  String convert(String name, DataType from, DataType declared) {
    boolean rounded = declared.floating() && numbers.stored() != DataType.FLOAT32;
    DataType kept = rounded ? numbers.stored() : from;
    return out.cast(out.cast(name, from, kept), kept, numbers.of(declared));
  }

  /** Returns the tensors by the names that the graph refers to, in the order of first use. */
  Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Returns the names of those that only kernels made for weights read. */
  Set<String> inPlace() {
    Set<String> names = new LinkedHashSet<>(tensors.keySet());
    names.removeAll(read);
    return names;
  }
}
