package org.openclip.backend.onnx.lowering;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Op;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.onnx.model.OnnxGraph;

/**
 * Translates a {@link Graph} into nodes of an ONNX graph. Weights are named where they are first
 * needed: the runtime refuses those that nothing reads, such as the counters of batch norms.
 */
final class Lowering {
  private final Graph graph;
  private final OnnxGraph out;
  private final WeightTable weights;
  private final Numbers numbers;
  private final Dialect dialect;
  private final Sizes sizes;

  /** The values that differ from run to run. */
  private final BitSet fed = new BitSet();

  /** The ONNX name of every value so far, weights left out. */
  private final Map<Integer, String> names = new HashMap<>();

  /** Says what an input of the graph is called in the ONNX graph. */
  interface Inputs {
    /** Returns the name of a value that is there, or that this call declares. */
    String bind(LeafOp.Input input);
  }

  /**
   * An output of a graph.
   *
   * @param output the name that the graph gives it
   * @param name what holds it in the ONNX graph, in the type of its numbers
   * @param value its type and shape
   */
  record Result(String output, String name, Value value) {
    /** Makes it an output of the ONNX graph, floats as {@code FLOAT32}. */
    void declare(OnnxGraph out) {
      DataType type = value.type().floating() ? DataType.FLOAT32 : value.type();
      out.output(output, name, value.shape(), type);
    }
  }

  private Lowering(
      Graph graph, OnnxGraph out, WeightTable weights, Numbers numbers, Dialect dialect) {
    this.graph = graph;
    this.out = out;
    this.weights = weights;
    this.numbers = numbers;
    this.dialect = dialect;
    this.sizes = new Sizes(out);
  }

  /**
   * Translates a graph into more nodes of an ONNX graph.
   *
   * @param inputs what stands for the graph's inputs
   * @return the graph's outputs, in order
   * @throws OpenClipException when a weight is missing or has another shape
   */
  static List<Result> lower(
      Graph graph,
      OnnxGraph out,
      WeightTable weights,
      Numbers numbers,
      Dialect dialect,
      Inputs inputs) {
    weights.check(graph);
    Lowering lowering = new Lowering(graph, out, weights, numbers, dialect);
    graph.inputs().forEach(input -> lowering.sizes.learn(inputs.bind(input), input.shape()));
    lowering.run(inputs);
    List<Result> results = new ArrayList<>();
    graph
        .outputs()
        .forEach((name, value) -> results.add(new Result(name, lowering.name(value), value)));
    return results;
  }

  private void run(Inputs inputs) {
    NeuralLowering layers = new NeuralLowering(this);
    ArithmeticLowering arithmetic = new ArithmeticLowering(this);
    LayoutLowering layout = new LayoutLowering(this);
    BitSet needed = needed();
    for (Node node : graph.nodes()) {
      Value value = node.value();
      boolean input = node.op() instanceof LeafOp.Input;
      fed.set(value.id(), input || node.op().inputs().stream().anyMatch(v -> fed.get(v.id())));
      if (!needed.get(value.id()) || parameter(value) != null || rows(value) != null) {
        continue;
      }
      String name =
          switch (node.op()) {
            case LeafOp leaf -> leaf(leaf, inputs);
            case NeuralOp op -> layers.lower(op);
            case ArithmeticOp op -> arithmetic.lower(op);
            case LayoutOp op -> layout.lower(op);
            case TrainingOp op -> name(op.inputs().get(0));
          };
      names.put(value.id(), name);
    }
  }

  /** Returns the values that some output depends on. */
  private BitSet needed() {
    BitSet needed = new BitSet();
    graph.outputs().values().forEach(value -> needed.set(value.id()));
    for (Node node : graph.nodes().reversed()) {
      if (needed.get(node.value().id())) {
        node.op().inputs().forEach(input -> needed.set(input.id()));
      }
    }
    return needed;
  }

  private String leaf(LeafOp op, Inputs inputs) {
    return switch (op) {
      case LeafOp.Input input ->
          out.cast(inputs.bind(input), input.type(), numbers.of(input.type()));
      case LeafOp.Constant(Tensor tensor) ->
          out.cast(out.constant(tensor), tensor.type(), numbers.of(tensor.type()));
      case LeafOp.Range(Dim length) -> sizes.range(length);
      case LeafOp.Parameter parameter -> weights.whole(parameter);
    };
  }

  OnnxGraph out() {
    return out;
  }

  WeightTable weights() {
    return weights;
  }

  Numbers numbers() {
    return numbers;
  }

  Dialect dialect() {
    return dialect;
  }

  Sizes sizes() {
    return sizes;
  }

  /** Returns the type in which a value is computed. */
  DataType type(Value value) {
    return numbers.of(value.type());
  }

  /** Returns the ONNX name of a value, as any operator may read it. */
  String name(Value value) {
    LeafOp.Parameter parameter = parameter(value);
    if (parameter != null) {
      return weights.whole(parameter);
    }
    Rows rows = rows(value);
    return rows == null ? computed(value) : rows.name(weights, true);
  }

  /**
   * Returns the ONNX name of a value for a kernel that was made for weights.
   *
   * @param partner the kernel's other operand: where it is constant, too, the runtime computes the
   *     result beforehand, and reads the weight for that
   */
  String operand(Value value, Value partner) {
    if (!fed(partner)) {
      return name(value);
    }
    LeafOp.Parameter parameter = parameter(value);
    if (parameter != null) {
      return weights.operand(parameter);
    }
    Rows rows = rows(value);
    return rows == null ? computed(value) : rows.name(weights, false);
  }

  /**
   * Returns a weight of 8-bit integers, whole or some of its rows; null when it has other numbers.
   *
   * @param partner what it is multiplied with, which must differ from run to run
   */
  @Nullable IntegerMatrix integers(Value value, Value partner) {
    if (!fed(partner) || !numbers.integers()) {
      return null;
    }
    LeafOp.Parameter parameter = parameter(value);
    if (parameter != null) {
      return weights.integers(parameter, 0, parameter.shape().size(0), dialect.range());
    }
    Rows rows = rows(value);
    return rows == null
        ? null
        : weights.integers(rows.parameter(), rows.from(), rows.to(), dialect.range());
  }

  /** Returns whether a value differs from run to run. */
  boolean fed(Value value) {
    return fed.get(value.id());
  }

  private String computed(Value value) {
    String name = names.get(value.id());
    if (name == null) {
      throw new OpenClipException(
          "graph " + graph.name() + " reads " + value + " before it is computed");
    }
    return name;
  }

  /** Returns the parameter that a value is; null when it is computed. */
  LeafOp.@Nullable Parameter parameter(Value value) {
    return op(value) instanceof LeafOp.Parameter parameter ? parameter : null;
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  /** Rows of a weight that lie where the weight lies. */
  private record Rows(LeafOp.Parameter parameter, long from, long to) {
    String name(WeightTable weights, boolean general) {
      return weights.rows(parameter, from, to, general);
    }
  }

  /** Returns the rows of a weight that a value is; null when it is something else. */
  private @Nullable Rows rows(Value value) {
    if (op(value) instanceof LayoutOp.Slice(Value input, int axis, Dim start, Dim end)
        && axis == 0
        && start.fixed()
        && end.fixed()) {
      LeafOp.Parameter parameter = parameter(input);
      if (parameter != null && weights.contiguous(parameter)) {
        return new Rows(parameter, start.size(), end.size());
      }
    }
    return null;
  }
}
