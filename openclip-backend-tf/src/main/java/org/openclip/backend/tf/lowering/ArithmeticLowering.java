package org.openclip.backend.tf.lowering;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** The translation of operators on single elements, and of reductions. */
final class ArithmeticLowering {
  private final Lowering lowering;
  private final Emitter out;

  ArithmeticLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(ArithmeticOp op, Value value) {
    switch (op) {
      case ArithmeticOp.Unary unary -> unary(unary, value);
      case ArithmeticOp.Binary binary -> binary(binary, value);
      default -> lowering.put(value, plain(op));
    }
  }

  private Output plain(ArithmeticOp op) {
    Value first = op.inputs().get(0);
    DataType type = first.type();
    Output x = lowering.plain(first);
    return switch (op) {
      case ArithmeticOp.Unary unary -> unary(unary.function(), x);
      case ArithmeticOp.Binary b -> binary(b.function(), x, lowering.plain(b.right()), type);
      case ArithmeticOp.Compare c ->
          out.op(
              switch (c.relation()) {
                case EQUAL -> "Equal";
                case LESS -> "Less";
                case LESS_OR_EQUAL -> "LessEqual";
              },
              x,
              lowering.plain(c.right()));
      case ArithmeticOp.Choose c ->
          out.op("SelectV2", x, lowering.plain(c.whenTrue()), lowering.plain(c.whenFalse()));
      case ArithmeticOp.Clamp c -> {
        Output low =
            c.minimum() == Double.NEGATIVE_INFINITY
                ? x
                : out.op("Maximum", x, out.number(c.minimum(), type));
        yield c.maximum() == Double.POSITIVE_INFINITY
            ? low
            : out.op("Minimum", low, out.number(c.maximum(), type));
      }
      case ArithmeticOp.Softmax s -> along(y -> out.op("Softmax", y), x, s.axis(), first.shape());
      case ArithmeticOp.LogSoftmax s -> {
        Output row =
            out.pack(List.of(out.integer(-1), lowering.sizes().size(first.shape().dim(s.axis()))));
        yield along(y -> logSoftmax(y, row), x, s.axis(), first.shape());
      }
      case ArithmeticOp.Reduce r ->
          out.reduce(
              switch (r.reduction()) {
                case SUM -> "Sum";
                case MEAN -> "Mean";
                case MAX -> "Max";
              },
              x,
              r.keep(),
              r.axes().stream().mapToLong(Integer::longValue).toArray());
      case ArithmeticOp.ArgMax a -> out.op("ArgMax", x, out.integer(a.axis()));
      case ArithmeticOp.CumulativeSum s -> out.op("Cumsum", x, out.integer(s.axis()));
      case ArithmeticOp.Cast c -> out.cast(x, type, c.type());
    };
  }

  /** Keeps the arrangement of the input, whatever it is. */
  private void unary(ArithmeticOp.Unary op, Value value) {
    Form input = lowering.forms(op.input()).first(op.input());
    boolean narrow =
        op.function() == ArithmeticOp.UnaryFunction.RELU && lowering.narrow(op.input());
    DataType type = narrow ? input.type() : value.type();
    Output x = out.cast(input.output(), input.type(), type);
    lowering.put(value, input.layout(), type, unary(op.function(), x));
  }

  private Output unary(ArithmeticOp.UnaryFunction function, Output x) {
    return switch (function) {
      case NEGATE -> out.op("Neg", x);
      case ABS -> out.op("Abs", x);
      case EXP -> out.op("Exp", x);
      case LOG -> out.op("Log", x);
      case SQRT -> out.op("Sqrt", x);
      case SIN -> out.op("Sin", x);
      case COS -> out.op("Cos", x);
      case RELU -> out.op("Relu", x);
      case SIGMOID -> out.op("Sigmoid", x);
      case LOG_SIGMOID -> out.op("Neg", out.op("Softplus", out.op("Neg", x)));
      case SILU -> out.op("Mul", x, out.op("Sigmoid", x));
      case TANH -> out.op("Tanh", x);
      case NOT -> out.op("LogicalNot", x);
    };
  }

  /** Stays in rows, or with channels last, where an operand already is and the other can follow. */
  private void binary(ArithmeticOp.Binary op, Value value) {
    DataType type = op.left().type();
    if (op.function() == ArithmeticOp.BinaryFunction.ADD
        && lowering.narrow(op.left())
        && lowering.narrow(op.right())
        && op.left().shape().equals(op.right().shape())) {
      DataType dense = lowering.dense();
      Output left = lowering.get(op.left(), Layout.CHANNELS_LAST, dense);
      Output right = lowering.get(op.right(), Layout.CHANNELS_LAST, dense);
      lowering.put(value, Layout.CHANNELS_LAST, dense, out.op("AddV2", left, right));
      return;
    }
    for (Layout layout : List.of(Layout.ROWS, Layout.CHANNELS_LAST)) {
      if (value.shape().rank() > 2
          && (computedIn(op.left(), layout) || computedIn(op.right(), layout))
          && follows(op.left(), value.shape(), layout)
          && follows(op.right(), value.shape(), layout)) {
        Output left = operand(op.left(), value.shape(), layout);
        Output right = operand(op.right(), value.shape(), layout);
        lowering.put(value, layout, type, binary(op.function(), left, right, type));
        return;
      }
    }
    lowering.put(
        value, binary(op.function(), lowering.plain(op.left()), lowering.plain(op.right()), type));
  }

  private boolean computedIn(Value operand, Layout layout) {
    return lowering.forms(operand).first(operand).layout() == layout;
  }

  /** Returns whether an operand of an operation on a shape can be given in a layout. */
  private static boolean follows(Value operand, Shape result, Layout layout) {
    Shape shape = operand.shape();
    if (shape.equals(result) || shape.rank() == 0) {
      return true;
    }
    return switch (layout) {
      case ROWS -> shape.rank() == 1;
      case CHANNELS_LAST ->
          shape.rank() == 3
              && shape.fixed()
              && shape.dim(0).equals(result.dim(1))
              && shape.size(1) == 1
              && shape.size(2) == 1;
      case PLAIN -> true;
    };
  }

  private Output operand(Value operand, Shape result, Layout layout) {
    if (operand.shape().equals(result)) {
      return lowering.get(operand, layout, operand.type());
    }
    Output plain = lowering.plain(operand);
    return operand.shape().rank() == 3 ? out.op("Reshape", plain, out.integers(-1)) : plain;
  }

  private Output binary(
      ArithmeticOp.BinaryFunction function, Output left, Output right, DataType type) {
    return switch (function) {
      case ADD -> out.op("AddV2", left, right);
      case SUBTRACT -> out.op("Sub", left, right);
      case MULTIPLY -> out.op("Mul", left, right);
      case DIVIDE -> out.op(type.floating() ? "RealDiv" : "TruncateDiv", left, right);
      case MINIMUM -> out.op("Minimum", left, right);
      case MAXIMUM -> out.op("Maximum", left, right);
      case POWER -> out.op("Pow", left, right);
      case AND -> out.op("LogicalAnd", left, right);
      case OR -> out.op("LogicalOr", left, right);
    };
  }

  /**
   * In rows, because TensorFlow derives it along the second axis, whatever the rank.
   *
   * @param row the shape of a list of rows
   */
  private Output logSoftmax(Output input, Output row) {
    Output rows = out.op("LogSoftmax", out.op("Reshape", input, row));
    return out.op("Reshape", rows, out.op("Shape", input));
  }

  /** Applies an operation of the last axis to another one. */
  private Output along(UnaryOperator<Output> operation, Output input, int axis, Shape shape) {
    int last = shape.rank() - 1;
    if (axis == last) {
      return operation.apply(input);
    }
    long[] swapped =
        IntStream.rangeClosed(0, last)
            .mapToLong(i -> i == axis ? last : i == last ? axis : i)
            .toArray();
    return out.transpose(operation.apply(out.transpose(input, swapped)), swapped);
  }
}
