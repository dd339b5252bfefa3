package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.integer;

import java.util.List;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxGraph;

/** The operators on single elements, and reductions. */
final class ArithmeticLowering {
  private final Lowering graph;
  private final OnnxGraph out;

  ArithmeticLowering(Lowering graph) {
    this.graph = graph;
    this.out = graph.out();
  }

  String lower(ArithmeticOp op) {
    List<String> inputs = op.inputs().stream().map(graph::name).toList();
    String first = inputs.get(0);
    DataType type = graph.type(op.inputs().get(0));
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
              List.of(type == DataType.INT64 ? out.toDouble(first) : first),
              integer("axis", argMax.axis()),
              integer("keepdims", 0));
      case ArithmeticOp.CumulativeSum sum ->
          out.node("CumSum", List.of(first, out.index(sum.axis())));
      case ArithmeticOp.Cast cast -> out.cast(first, type, graph.numbers().of(cast.type()));
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
      case SILU -> graph.dialect().silu(out, input);
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
}
