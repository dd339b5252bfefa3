package org.openclip.backend.onnx;

import static org.openclip.backend.onnx.OnnxGraph.MICROSOFT;
import static org.openclip.backend.onnx.OnnxGraph.floating;
import static org.openclip.backend.onnx.OnnxGraph.integer;
import static org.openclip.backend.onnx.OnnxGraph.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Op;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

// Over 500 lines because the switch over the closed set of operators is one table, best read whole.

/**
 * Translates a {@link Graph} into an ONNX model: the standard operators of opset 21, and ONNX
 * Runtime's own where they are faster. Weights stay outside the model, in the layout and type of
 * the checkpoint.
 */
final class Lowering {
  private final OnnxGraph out;
  private final Weights weights;
  private final DataType real;
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();

  /** The ONNX name of every value so far. */
  private final Map<Integer, String> names = new HashMap<>();

  /** Weights in several buffers, whose parts are joined only by operators that need them whole. */
  private final Map<Integer, List<Part>> parts = new HashMap<>();

  /** {@code int64[1]} holding the value of each symbol. */
  private final Map<String, String> symbols = new HashMap<>();

  /** Rows of a weight that lie in one buffer. */
  private record Part(String name, long rows) {}

  /**
   * A translated graph.
   *
   * @param model the ONNX model without its weights
   * @param initializers the weights by the names that the model refers to
   */
  record Lowered(ModelProto model, Map<String, Tensor> initializers) {}

  private Lowering(Graph graph, Weights weights, Precision precision) {
    this.out = new OnnxGraph(graph.name());
    this.weights = weights;
    this.real = precision.type();
  }

  /**
   * Translates a graph.
   *
   * @param weights a tensor for each of its parameters
   * @param precision the type in which {@code FLOAT32} values are computed
   * @throws OpenClipException when a weight is missing or has another shape
   */
  static Lowered lower(Graph graph, Weights weights, Precision precision) {
    Lowering lowering = new Lowering(graph, weights, precision);
    lowering.checkWeights(graph);
    BitSet needed = needed(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LeafOp.Input || needed.get(node.value().id())) {
        lowering.lower(node);
      }
    }
    graph.outputs().forEach((name, v) -> lowering.output(name, v));
    return new Lowered(lowering.out.model(), Collections.unmodifiableMap(lowering.initializers));
  }

  /**
   * Returns the values that some output depends on. ONNX Runtime drops the weights of all others,
   * such as the counters of batch norms, and then refuses them as external ones.
   */
  private static BitSet needed(Graph graph) {
    BitSet needed = new BitSet();
    graph.outputs().values().forEach(value -> needed.set(value.id()));
    for (Node node : graph.nodes().reversed()) {
      if (needed.get(node.value().id())) {
        node.op().inputs().forEach(input -> needed.set(input.id()));
      }
    }
    return needed;
  }

  private void checkWeights(Graph graph) {
    List<String> problems = new ArrayList<>();
    for (LeafOp.Parameter parameter : graph.parameters()) {
      if (!weights.names().contains(parameter.name())) {
        problems.add(parameter.name() + " is missing");
        continue;
      }
      Tensor tensor = weights.get(parameter.name());
      Shape shape = Shape.of(tensor.shape());
      if (!shape.equals(parameter.shape())) {
        problems.add(parameter.name() + " is " + shape + ", not " + parameter.shape());
      }
    }
    if (!problems.isEmpty()) {
      throw new OpenClipException(
          problems.size()
              + " weights do not fit graph "
              + graph.name()
              + ": "
              + String.join(", ", problems.subList(0, Math.min(10, problems.size()))));
    }
  }

  private void output(String name, Value value) {
    DataType type = value.type().floating() ? DataType.FLOAT32 : value.type();
    out.output(name, name(value), value.shape(), type);
  }

  private void lower(Node node) {
    Value value = node.value();
    switch (node.op()) {
      case LeafOp.Input input -> names.put(value.id(), input(input));
      case LeafOp.Parameter parameter -> parameter(value, parameter);
      case Op op -> names.put(value.id(), lower(op, value));
    }
  }

  private String lower(Op op, Value value) {
    return switch (op) {
      case LeafOp leaf -> leaf(leaf);
      case NeuralOp neural -> neural(neural, value);
      case ArithmeticOp arithmetic -> arithmetic(arithmetic);
      case LayoutOp layout -> layout(layout);
      case TrainingOp training -> name(training.inputs().get(0));
    };
  }

  /** Returns the type in which values of a graph's type are computed. */
  private DataType type(DataType type) {
    return type == DataType.FLOAT32 ? real : type;
  }

  private String cast(String name, DataType from, DataType to) {
    return from == to ? name : out.node("Cast", List.of(name), integer("to", OnnxGraph.code(to)));
  }

  /** Returns the ONNX name of a value; joins a weight that lies in several buffers. */
  private String name(Value value) {
    return names.computeIfAbsent(
        value.id(),
        id -> {
          List<String> rows = parts.getOrDefault(id, List.of()).stream().map(Part::name).toList();
          return out.node("Concat", rows, integer("axis", 0));
        });
  }

  // Leaves

  private String input(LeafOp.Input input) {
    out.input(input.name(), input.shape(), input.type());
    for (int axis = 0; axis < input.shape().rank(); axis++) {
      Dim dim = input.shape().dim(axis);
      if (!dim.fixed() && dim.equals(Dim.symbol(dim.symbol()))) {
        int from = axis;
        symbols.computeIfAbsent(
            dim.symbol(),
            s ->
                out.node(
                    "Shape",
                    List.of(input.name()),
                    integer("start", from),
                    integer("end", from + 1L)));
      }
    }
    return cast(input.name(), input.type(), type(input.type()));
  }

  private void parameter(Value value, LeafOp.Parameter parameter) {
    Tensor tensor = weights.get(parameter.name());
    List<ByteBuffer> chunks = tensor.chunks();
    if (chunks.size() == 1) {
      names.put(value.id(), external(parameter.name(), tensor, parameter.type()));
      return;
    }
    long row = tensor.bytes() / tensor.shape()[0];
    List<Part> rows = new ArrayList<>();
    for (ByteBuffer chunk : chunks) {
      long[] shape = tensor.shape();
      shape[0] = chunk.remaining() / row;
      Tensor part = Tensor.of(tensor.type(), chunk, shape);
      String name = parameter.name() + "#" + rows.size();
      rows.add(new Part(external(name, part, parameter.type()), shape[0]));
    }
    parts.put(value.id(), rows);
  }

  private String external(String name, Tensor tensor, DataType declared) {
    out.external(name, tensor.type(), tensor.shape());
    initializers.put(name, tensor);
    return cast(name, tensor.type(), type(declared));
  }

  private String leaf(LeafOp op) {
    return switch (op) {
      case LeafOp.Constant(Tensor tensor) ->
          cast(out.constant(tensor), tensor.type(), type(tensor.type()));
      case LeafOp.Range(Dim length) -> range(length);
      case LeafOp.Input input -> input.name();
      case LeafOp.Parameter parameter -> parameter.name();
    };
  }

  private String range(Dim length) {
    String limit =
        length.fixed()
            ? out.number((double) length.size(), DataType.INT64)
            : out.node("Squeeze", List.of(size(length), out.integers(0)));
    return out.node(
        "Range", List.of(out.number(0, DataType.INT64), limit, out.number(1, DataType.INT64)));
  }

  // Shapes that are known only at run time

  /** Returns {@code int64[1]} holding a dimension. */
  private String size(Dim dim) {
    if (dim.fixed()) {
      return out.integers(dim.size());
    }
    String size = symbols.get(dim.symbol());
    if (size == null) {
      throw new OpenClipException("no input of the graph has the dimension " + dim.symbol());
    }
    if (dim.scale() != 1) {
      size = out.node("Mul", List.of(size, out.integers(dim.scale())));
    }
    return dim.offset() == 0 ? size : out.node("Add", List.of(size, out.integers(dim.offset())));
  }

  /** Returns {@code int64[rank]} holding a shape. */
  private String sizes(Shape shape) {
    if (shape.fixed()) {
      return out.integers(shape.sizes());
    }
    return out.node("Concat", shape.dims().stream().map(this::size).toList(), integer("axis", 0));
  }

  /** Reshapes; at most one size that is not known yet is left to the runtime to find. */
  private String reshape(String input, Shape shape) {
    long unknown = shape.dims().stream().filter(d -> !d.fixed()).count();
    boolean empty = shape.dims().stream().anyMatch(Dim.of(0)::equals);
    String sizes =
        unknown == 1 && !empty
            ? out.integers(
                shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray())
            : sizes(shape);
    return out.node("Reshape", List.of(input, sizes), integer("allowzero", 1));
  }

  // Layers

  private String neural(NeuralOp op, Value value) {
    return switch (op) {
      case NeuralOp.Linear linear -> linear(linear);
      case NeuralOp.MatMul m -> matMul(m);
      case NeuralOp.Convolution c ->
          out.node(
              "Conv",
              optional(name(c.input()), name(c.weight()), c.bias()),
              integers("strides", List.of(c.strideHeight(), c.strideWidth())),
              pads(c.pads()),
              integer("group", c.groups()));
      case NeuralOp.Pool p -> pool(p);
      case NeuralOp.LayerNorm(Value input, Value weight, Value bias, double epsilon) ->
          out.node(
              "LayerNormalization",
              optional(name(input), weight == null ? ones(input) : name(weight), bias),
              integer("axis", -1),
              floating("epsilon", epsilon));
      case NeuralOp.RmsNorm(Value input, Value weight, double epsilon) ->
          out.node(
              "SimplifiedLayerNormalization",
              List.of(name(input), weight == null ? ones(input) : name(weight)),
              integer("axis", -1),
              floating("epsilon", epsilon));
      case NeuralOp.BatchNorm b ->
          out.node(
              "BatchNormalization",
              b.inputs().stream().map(this::name).toList(),
              floating("epsilon", b.epsilon()));
      case NeuralOp.Attention attention -> attention(attention);
      case NeuralOp.Gelu(Value input, NeuralOp.GeluForm form) -> gelu(name(input), form);
      case NeuralOp.Embedding(Value table, Value ids) -> embedding(table, ids);
      case NeuralOp.L2Normalize(Value input, double epsilon) -> {
        String norm =
            out.node(
                "ReduceL2",
                List.of(name(input), out.integers(input.shape().rank() - 1L)),
                integer("keepdims", 1));
        String divisor = out.node("Max", List.of(norm, out.number(epsilon, type(value.type()))));
        yield out.node("Div", List.of(name(input), divisor));
      }
    };
  }

  private List<String> optional(String first, String second, @Nullable Value third) {
    return third == null ? List.of(first, second) : List.of(first, second, name(third));
  }

  private String ones(Value input) {
    float[] ones = new float[Math.toIntExact(input.shape().size(-1))];
    java.util.Arrays.fill(ones, 1);
    return cast(out.constant(Tensor.of(ones, ones.length)), DataType.FLOAT32, type(input.type()));
  }

  private static AttributeProto pads(NeuralOp.Pads pads) {
    return integers("pads", List.of(pads.top(), pads.left(), pads.bottom(), pads.right()));
  }

  private String linear(NeuralOp.Linear linear) {
    String input = name(linear.input());
    String weight = name(linear.weight());
    Value bias = linear.bias();
    if (linear.input().shape().rank() == 2) {
      return out.node("Gemm", optional(input, weight, bias), integer("transB", 1));
    }
    String product =
        out.node(MICROSOFT, "FusedMatMul", List.of(input, weight), integer("transB", 1));
    return bias == null ? product : out.node("Add", List.of(product, name(bias)));
  }

  private String matMul(NeuralOp.MatMul m) {
    List<String> operands = List.of(name(m.left()), name(m.right()));
    return m.transposeRight()
        ? out.node(MICROSOFT, "FusedMatMul", operands, integer("transB", 1))
        : out.node("MatMul", operands);
  }

  private String pool(NeuralOp.Pool p) {
    List<AttributeProto> attributes =
        new ArrayList<>(
            List.of(
                integers("kernel_shape", List.of(p.kernelHeight(), p.kernelWidth())),
                integers("strides", List.of(p.strideHeight(), p.strideWidth())),
                pads(p.pads())));
    if (p.pooling() == NeuralOp.Pooling.MEAN) {
      attributes.add(integer("count_include_pad", 1));
    }
    return out.node(
        p.pooling() == NeuralOp.Pooling.MEAN ? "AveragePool" : "MaxPool",
        List.of(name(p.input())),
        attributes.toArray(AttributeProto[]::new));
  }

  private String gelu(String input, NeuralOp.GeluForm form) {
    return switch (form) {
      case ERF -> out.node(MICROSOFT, "Gelu", List.of(input));
      case TANH -> out.node(MICROSOFT, "FastGelu", List.of(input));
      case QUICK -> out.node(MICROSOFT, "QuickGelu", List.of(input), floating("alpha", 1.702));
    };
  }

  /**
   * Attention by one fused kernel. Its own causal mask needs as many keys as queries; its additive
   * mask must have the queries and keys in full.
   */
  private String attention(NeuralOp.Attention a) {
    Dim queries = a.query().shape().dim(1);
    Dim keys = a.key().shape().dim(1);
    Value mask = a.mask();
    boolean fusedCausal = a.causal() && queries.equals(keys) && mask == null;
    String bias = null;
    if (mask != null) {
      Shape full = mask.shape().with(2, queries).with(3, keys);
      bias = full.equals(mask.shape()) ? name(mask) : expand(name(mask), full);
    }
    if (a.causal() && !fusedCausal) {
      String causal = causalMask(queries, keys);
      bias = bias == null ? causal : out.node("Add", List.of(bias, causal));
    }
    List<String> inputs = new ArrayList<>(List.of(name(a.query()), name(a.key()), name(a.value())));
    if (bias != null) {
      inputs.addAll(List.of("", "", bias));
    }
    return out.node(
        MICROSOFT,
        "MultiHeadAttention",
        inputs,
        integer("num_heads", a.heads()),
        floating("scale", a.scale()),
        integer("unidirectional", fusedCausal ? 1 : 0));
  }

  /** Returns {@code [1, 1, queries, keys]}, minus infinity where the key comes after the query. */
  private String causalMask(Dim queries, Dim keys) {
    String rows = out.node("Unsqueeze", List.of(range(queries), out.integers(1)));
    String seen = out.node("LessOrEqual", List.of(range(keys), rows));
    String mask =
        out.node(
            "Where",
            List.of(seen, out.number(0, real), out.number(Double.NEGATIVE_INFINITY, real)));
    return out.node("Unsqueeze", List.of(mask, out.integers(0, 1)));
  }

  private String embedding(Value table, Value ids) {
    List<Part> rows = parts.get(table.id());
    if (rows == null) {
      return out.node("Gather", List.of(name(table), name(ids)), integer("axis", 0));
    }
    long first = 0;
    String result = "";
    for (Part part : rows) {
      String local =
          out.node("Sub", List.of(name(ids), out.number((double) first, DataType.INT64)));
      String bounded =
          out.node(
              "Clip",
              List.of(
                  local,
                  out.number(0, DataType.INT64),
                  out.number((double) (part.rows() - 1), DataType.INT64)));
      String found = out.node("Gather", List.of(part.name(), bounded), integer("axis", 0));
      if (!result.isEmpty()) {
        String here = out.node("GreaterOrEqual", List.of(local, out.number(0, DataType.INT64)));
        String column = out.node("Unsqueeze", List.of(here, out.integers(-1)));
        found = out.node("Where", List.of(column, found, result));
      }
      result = found;
      first += part.rows();
    }
    return result;
  }

  // Arithmetic

  private String arithmetic(ArithmeticOp op) {
    List<String> inputs = op.inputs().stream().map(this::name).toList();
    String first = inputs.get(0);
    DataType type = type(op.inputs().get(0).type());
    return switch (op) {
      case ArithmeticOp.Unary unary -> unary(unary.function(), first);
      case ArithmeticOp.Binary binary -> out.node(operator(binary.function()), inputs);
      case ArithmeticOp.Compare compare ->
          out.node(
              switch (compare.relation()) {
                case EQUAL -> "Equal";
                case LESS -> "Less";
                case LESS_OR_EQUAL -> "LessOrEqual";
              },
              inputs);
      case ArithmeticOp.Choose choose -> choose(choose, inputs);
      case ArithmeticOp.Clamp clamp ->
          out.node(
              "Clip",
              List.of(
                  first,
                  Double.isInfinite(clamp.minimum()) ? "" : out.number(clamp.minimum(), type),
                  Double.isInfinite(clamp.maximum()) ? "" : out.number(clamp.maximum(), type)));
      case ArithmeticOp.Softmax softmax ->
          out.node("Softmax", inputs, integer("axis", softmax.axis()));
      case ArithmeticOp.LogSoftmax softmax ->
          out.node("LogSoftmax", inputs, integer("axis", softmax.axis()));
      case ArithmeticOp.Reduce reduce ->
          out.node(
              switch (reduce.reduction()) {
                case SUM -> "ReduceSum";
                case MEAN -> "ReduceMean";
                case MAX -> "ReduceMax";
              },
              List.of(first, out.integers(reduce.axes().stream().mapToLong(i -> i).toArray())),
              integer("keepdims", reduce.keep() ? 1 : 0));
      case ArithmeticOp.ArgMax argMax ->
          // The runtime has no kernel for int64, whose ids fit into a double without rounding.
          out.node(
              "ArgMax",
              List.of(type == DataType.INT64 ? out.node("Cast", inputs, integer("to", 11)) : first),
              integer("axis", argMax.axis()),
              integer("keepdims", 0));
      case ArithmeticOp.CumulativeSum sum ->
          out.node("CumSum", List.of(first, out.number(sum.axis(), DataType.INT64)));
      case ArithmeticOp.Cast cast -> cast(first, type, type(cast.type()));
    };
  }

  private String unary(ArithmeticOp.UnaryFunction function, String input) {
    List<String> inputs = List.of(input);
    return switch (function) {
      case NEGATE -> out.node("Neg", inputs);
      case ABS -> out.node("Abs", inputs);
      case EXP -> out.node("Exp", inputs);
      case LOG -> out.node("Log", inputs);
      case SQRT -> out.node("Sqrt", inputs);
      case SIN -> out.node("Sin", inputs);
      case COS -> out.node("Cos", inputs);
      case RELU -> out.node("Relu", inputs);
      case SIGMOID -> out.node("Sigmoid", inputs);
      case LOG_SIGMOID ->
          out.node("Neg", List.of(out.node("Softplus", List.of(out.node("Neg", inputs)))));
      case SILU -> out.node(MICROSOFT, "QuickGelu", inputs, floating("alpha", 1));
      case TANH -> out.node("Tanh", inputs);
      case NOT -> out.node("Not", inputs);
    };
  }

  private static String operator(ArithmeticOp.BinaryFunction function) {
    return switch (function) {
      case ADD -> "Add";
      case SUBTRACT -> "Sub";
      case MULTIPLY -> "Mul";
      case DIVIDE -> "Div";
      case MINIMUM -> "Min";
      case MAXIMUM -> "Max";
      case POWER -> "Pow";
      case AND -> "And";
      case OR -> "Or";
    };
  }

  private String choose(ArithmeticOp.Choose choose, List<String> inputs) {
    if (choose.whenTrue().type() != DataType.BOOL) {
      return out.node("Where", inputs);
    }
    String not = out.node("Not", List.of(inputs.get(0)));
    return out.node(
        "Or",
        List.of(
            out.node("And", List.of(inputs.get(0), inputs.get(1))),
            out.node("And", List.of(not, inputs.get(2)))));
  }

  // Layout

  private String layout(LayoutOp op) {
    String first = name(op.inputs().get(0));
    return switch (op) {
      case LayoutOp.Reshape(Value input, Shape shape) -> reshape(first, shape);
      case LayoutOp.Transpose(Value input, List<Integer> permutation) ->
          out.node("Transpose", List.of(first), integers("perm", permutation));
      case LayoutOp.Concat(List<Value> values, int axis) ->
          out.node("Concat", values.stream().map(this::name).toList(), integer("axis", axis));
      case LayoutOp.Slice(Value input, int axis, Dim start, Dim end) ->
          out.node("Slice", List.of(first, size(start), size(end), out.integers(axis)));
      case LayoutOp.Pad p -> {
        List<Integer> pads = new ArrayList<>(p.before());
        pads.addAll(p.after());
        yield out.node(
            "Pad",
            List.of(
                first,
                out.integers(pads.stream().mapToLong(i -> i).toArray()),
                out.number(p.number(), type(p.input().type()))));
      }
      case LayoutOp.Broadcast(Value input, Shape shape) -> expand(first, shape);
      case LayoutOp.Gather gather -> gather(gather);
    };
  }

  private String expand(String input, Shape shape) {
    return out.node("Expand", List.of(input, sizes(shape)));
  }

  private String gather(LayoutOp.Gather gather) {
    String data = name(gather.data());
    String indices = name(gather.indices());
    int axis = gather.axis();
    if (gather.batchAxes() == 0) {
      return out.node("Gather", List.of(data, indices), integer("axis", axis));
    }
    // GatherND pairs the batch and reads the axis after it, so the gathered axis is moved there
    // and the axes of the result moved back.
    int rank = gather.data().shape().rank();
    if (axis != 1) {
      List<Integer> front = new ArrayList<>(List.of(0, axis));
      IntStream.range(1, rank).filter(i -> i != axis).forEach(front::add);
      data = out.node("Transpose", List.of(data), integers("perm", front));
    }
    String column = out.node("Unsqueeze", List.of(indices, out.integers(-1)));
    String found = out.node("GatherND", List.of(data, column), integer("batch_dims", 1));
    if (axis != 1) {
      int found1 = gather.indices().shape().rank() - 1;
      List<Integer> back = new ArrayList<>(List.of(0));
      IntStream.range(0, axis - 1).forEach(i -> back.add(1 + found1 + i));
      IntStream.range(0, found1).forEach(i -> back.add(1 + i));
      IntStream.range(axis - 1, rank - 2).forEach(i -> back.add(1 + found1 + i));
      found = out.node("Transpose", List.of(found), integers("perm", back));
    }
    return found;
  }
}
