package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.ArithmeticOp.ArgMax;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Cast;
import org.openclip.api.graph.ArithmeticOp.Choose;
import org.openclip.api.graph.ArithmeticOp.Clamp;
import org.openclip.api.graph.ArithmeticOp.Compare;
import org.openclip.api.graph.ArithmeticOp.CumulativeSum;
import org.openclip.api.graph.ArithmeticOp.LogSoftmax;
import org.openclip.api.graph.ArithmeticOp.Reduce;
import org.openclip.api.graph.ArithmeticOp.Softmax;
import org.openclip.api.graph.ArithmeticOp.Unary;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.LayoutOp.Broadcast;
import org.openclip.api.graph.LayoutOp.Concat;
import org.openclip.api.graph.LayoutOp.Gather;
import org.openclip.api.graph.LayoutOp.Pad;
import org.openclip.api.graph.LayoutOp.Reshape;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.LayoutOp.Transpose;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.BatchNorm;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Embedding;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.L2Normalize;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.NeuralOp.Pool;
import org.openclip.api.graph.NeuralOp.RmsNorm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.tensor.DataType;

/**
 * The shape and type that each operator yields, and what it demands of its inputs. Problems are
 * thrown as {@link OpenClipException}; {@link GraphBuilder} adds where they happened.
 */
final class ShapeRules {
  private ShapeRules() {}

  /** A shape with the type of its elements. */
  record Typed(Shape shape, DataType type) {}

  static Typed infer(Op op) {
    return switch (op) {
      case LeafOp leaf -> leaf(leaf);
      case NeuralOp neural -> new Typed(neural(neural), floating(neural.inputs()));
      case ArithmeticOp arithmetic -> arithmetic(arithmetic);
      case LayoutOp layout -> new Typed(layout(layout), layout.inputs().get(0).type());
      case TrainingOp training -> {
        Value input = training.inputs().get(0);
        Shape shape = input.shape();
        yield new Typed(
            training instanceof TrainingOp.AllGather gather && gather.ranks() > 1
                ? shape.with(0, shape.dim(0).times(Dim.of(gather.ranks())))
                : shape,
            input.type());
      }
    };
  }

  private static Typed leaf(LeafOp op) {
    return switch (op) {
      case LeafOp.Input input -> new Typed(input.shape(), input.type());
      case LeafOp.Parameter parameter -> {
        parameter.shape().sizes();
        yield new Typed(parameter.shape(), parameter.type());
      }
      case LeafOp.Constant c -> new Typed(Shape.of(c.tensor().shape()), c.tensor().type());
      case LeafOp.Range range -> new Typed(Shape.of(range.length()), DataType.INT64);
    };
  }

  private static Shape neural(NeuralOp op) {
    return switch (op) {
      case Linear(Value input, Value weight, Value bias) -> linear(input, weight, bias);
      case SwitchBackLinear l -> linear(l.input(), l.weight(), l.bias());
      case MatMul m -> matMul(m);
      case Convolution c -> convolution(c);
      case Pool p -> {
        rank(p.input(), 4);
        yield windows(
            p.input().shape(),
            p.kernelHeight(),
            p.kernelWidth(),
            p.strideHeight(),
            p.strideWidth(),
            p.pads());
      }
      case LayerNorm(Value input, Value weight, Value bias, double epsilon) -> {
        positive(epsilon, "epsilon");
        vector(weight, input.shape().dim(-1));
        vector(bias, input.shape().dim(-1));
        yield input.shape();
      }
      case RmsNorm(Value input, Value weight, double epsilon) -> {
        positive(epsilon, "epsilon");
        vector(weight, input.shape().dim(-1));
        yield input.shape();
      }
      case BatchNorm b -> {
        for (Value v : List.of(b.weight(), b.bias(), b.mean(), b.variance())) {
          vector(v, b.input().shape().dim(1));
        }
        yield b.input().shape();
      }
      case Attention a -> attention(a);
      case Gelu gelu -> gelu.input().shape();
      case Embedding(Value table, Value ids) -> {
        rank(table, 2);
        integers(ids);
        yield ids.shape().append(table.shape().dim(1));
      }
      case L2Normalize normalize -> normalize.input().shape();
    };
  }

  private static Shape linear(Value input, Value weight, @Nullable Value bias) {
    rank(weight, 2);
    same("the last axis of the input", input.shape().dim(-1), weight.shape().dim(1));
    vector(bias, weight.shape().dim(0));
    return input.shape().with(-1, weight.shape().dim(0));
  }

  private static Shape matMul(MatMul m) {
    Shape left = m.left().shape();
    Shape right = m.right().shape();
    require(left.rank() >= 2 && right.rank() >= 2, "both operands need at least two axes");
    int inner = m.transposeRight() ? -1 : -2;
    int outer = m.transposeRight() ? -2 : -1;
    same("the inner axis", left.dim(-1), right.dim(inner));
    Shape stack = broadcast(stack(left), stack(right));
    return stack.append(left.dim(-2)).append(right.dim(outer));
  }

  private static Shape stack(Shape shape) {
    return new Shape(shape.dims().subList(0, shape.rank() - 2));
  }

  private static Shape convolution(Convolution c) {
    rank(c.input(), 4);
    rank(c.weight(), 4);
    Shape weight = c.weight().shape();
    require(c.groups() >= 1, "groups is " + c.groups() + ", but must be at least 1");
    require(
        weight.size(0) % c.groups() == 0,
        weight.size(0) + " output channels do not divide into " + c.groups() + " groups");
    same("the channels", c.input().shape().dim(1), Dim.of(weight.size(1) * c.groups()));
    vector(c.bias(), weight.dim(0));
    return windows(
            c.input().shape(),
            weight.size(2),
            weight.size(3),
            c.strideHeight(),
            c.strideWidth(),
            c.pads())
        .with(1, weight.dim(0));
  }

  private static Shape windows(
      Shape input, long height, long width, int strideHeight, int strideWidth, Pads pads) {
    long rows = input.size(2) + pads.top() + pads.bottom() - height;
    long columns = input.size(3) + pads.left() + pads.right() - width;
    require(strideHeight >= 1 && strideWidth >= 1, "strides must be at least 1");
    require(
        rows >= 0 && columns >= 0,
        "a window of " + height + " x " + width + " is larger than the padded picture");
    return input
        .with(2, Dim.of(rows / strideHeight + 1))
        .with(3, Dim.of(columns / strideWidth + 1));
  }

  private static Shape attention(Attention a) {
    rank(a.query(), 3);
    rank(a.key(), 3);
    rank(a.value(), 3);
    require(a.heads() >= 1, "heads is " + a.heads() + ", but must be at least 1");
    require(
        !a.causal() || a.key().shape().dim(1).isAtLeast(a.query().shape().dim(1)),
        "causal attention needs as many keys as queries, or more");
    same("the width of the keys", a.query().shape().dim(2), a.key().shape().dim(2));
    same("the number of keys and values", a.key().shape().dim(1), a.value().shape().dim(1));
    for (Value v : List.of(a.query(), a.value())) {
      require(
          v.shape().size(2) % a.heads() == 0,
          "width " + v.shape().size(2) + " does not divide into " + a.heads() + " heads");
    }
    Value mask = a.mask();
    if (mask != null) {
      rank(mask, 4);
      Shape scores =
          Shape.of(
              a.query().shape().dim(0),
              Dim.of(a.heads()),
              a.query().shape().dim(1),
              a.key().shape().dim(1));
      require(
          broadcast(scores, mask.shape()).equals(scores),
          "the mask does not broadcast to the scores " + scores);
    }
    return a.query().shape().with(2, a.value().shape().dim(2));
  }

  private static Typed arithmetic(ArithmeticOp op) {
    Value first = op.inputs().get(0);
    return switch (op) {
      case Unary(Value input, UnaryFunction function) -> {
        require(
            function != UnaryFunction.NOT || input.type() == DataType.BOOL, "not takes bool only");
        yield new Typed(input.shape(), input.type());
      }
      case Binary(Value left, Value right, BinaryFunction function) -> {
        alike(left, right);
        yield new Typed(broadcast(left.shape(), right.shape()), left.type());
      }
      case Compare c -> {
        alike(c.left(), c.right());
        yield new Typed(broadcast(c.left().shape(), c.right().shape()), DataType.BOOL);
      }
      case Choose c -> {
        require(c.condition().type() == DataType.BOOL, "the condition must be bool");
        alike(c.whenTrue(), c.whenFalse());
        Shape sides = broadcast(c.whenTrue().shape(), c.whenFalse().shape());
        yield new Typed(broadcast(c.condition().shape(), sides), c.whenTrue().type());
      }
      case Clamp c -> {
        require(c.minimum() <= c.maximum(), "the range is empty");
        yield new Typed(first.shape(), first.type());
      }
      case Softmax s -> new Typed(first.shape(), floating(op.inputs()));
      case LogSoftmax s -> new Typed(first.shape(), floating(op.inputs()));
      case Reduce r -> {
        Shape shape = first.shape();
        for (int i = r.axes().size() - 1; i >= 0; i--) {
          int axis = r.axes().get(i);
          shape = r.keep() ? shape.with(axis, Dim.of(1)) : shape.without(axis);
        }
        yield new Typed(shape, first.type());
      }
      case ArgMax a -> new Typed(first.shape().without(a.axis()), DataType.INT64);
      case CumulativeSum c -> new Typed(first.shape(), first.type());
      case Cast c -> new Typed(first.shape(), c.type());
    };
  }

  private static Shape layout(LayoutOp op) {
    return switch (op) {
      case Reshape(Value input, Shape shape) -> {
        require(
            sameCount(input.shape(), shape),
            "its number of elements differs from that of " + shape);
        yield shape;
      }
      case Transpose(Value input, List<Integer> permutation) -> {
        require(
            permutation.size() == input.shape().rank()
                && new HashSet<>(permutation).size() == permutation.size(),
            permutation + " is not a permutation of its axes");
        yield new Shape(permutation.stream().map(input.shape()::dim).toList());
      }
      case Concat(List<Value> parts, int axis) -> concat(parts, axis);
      case Slice(Value input, int axis, Dim start, Dim end) -> {
        Dim length = end.minus(start);
        require(
            !length.fixed()
                || (length.size() >= 0
                    && (!input.shape().dim(axis).fixed()
                        || !end.fixed()
                        || end.size() <= input.shape().size(axis))),
            "the axis is shorter than the slice from " + start + " to " + end + " on axis " + axis);
        yield input.shape().with(axis, length);
      }
      case Pad(Value input, List<Integer> before, List<Integer> after, double number) -> {
        Shape shape = input.shape();
        require(
            before.size() == shape.rank() && after.size() == shape.rank(),
            "pads must be given for every axis");
        for (int i = 0; i < shape.rank(); i++) {
          shape = shape.with(i, shape.dim(i).plus((long) before.get(i) + after.get(i)));
        }
        yield shape;
      }
      case Broadcast(Value input, Shape shape) -> {
        require(broadcast(input.shape(), shape).equals(shape), "cannot be broadcast to " + shape);
        yield shape;
      }
      case Gather g -> gather(g);
    };
  }

  /** Compares products of dimensions, of which those that both shapes have cancel out. */
  private static boolean sameCount(Shape a, Shape b) {
    List<Dim> onlyA = new ArrayList<>(a.dims());
    List<Dim> onlyB = new ArrayList<>();
    for (Dim dim : b.dims()) {
      if (!onlyA.remove(dim)) {
        onlyB.add(dim);
      }
    }
    return new Shape(onlyA).count().equals(new Shape(onlyB).count());
  }

  private static Shape concat(List<Value> parts, int axis) {
    Shape shape = parts.get(0).shape();
    for (Value part : parts.subList(1, parts.size())) {
      alike(parts.get(0), part);
      require(
          part.shape().without(axis).equals(parts.get(0).shape().without(axis)),
          "the parts differ on an axis other than " + axis);
      shape = shape.with(axis, shape.dim(axis).plus(part.shape().dim(axis)));
    }
    return shape;
  }

  private static Shape gather(Gather g) {
    integers(g.indices());
    Shape data = g.data().shape();
    Shape indices = g.indices().shape();
    require(g.batchAxes() >= 0 && g.batchAxes() <= 1, "batchAxes must be 0 or 1");
    require(g.axis() >= g.batchAxes(), "the axis must come after the batch axes");
    if (g.batchAxes() == 1) {
      same("the batch of the indices", data.dim(0), indices.dim(0));
    }
    List<Dim> dims = new ArrayList<>(data.dims().subList(0, g.axis()));
    dims.addAll(indices.dims().subList(g.batchAxes(), indices.rank()));
    dims.addAll(data.dims().subList(g.axis() + 1, data.rank()));
    return new Shape(dims);
  }

  /** Returns the common shape of two operands by NumPy's rules. */
  static Shape broadcast(Shape a, Shape b) {
    List<Dim> dims = new ArrayList<>();
    for (int i = 1; i <= Math.max(a.rank(), b.rank()); i++) {
      Dim x = i <= a.rank() ? a.dim(-i) : Dim.of(1);
      Dim y = i <= b.rank() ? b.dim(-i) : Dim.of(1);
      if (x.equals(y) || y.equals(Dim.of(1))) {
        dims.add(x);
      } else {
        require(x.equals(Dim.of(1)), a + " and " + b + " do not broadcast");
        dims.add(y);
      }
    }
    Collections.reverse(dims);
    return new Shape(dims);
  }

  private static DataType floating(List<Value> inputs) {
    DataType type = DataType.FLOAT32;
    for (Value input : inputs) {
      if (input.type().floating()) {
        type = input.type();
      }
    }
    return type;
  }

  private static void vector(@Nullable Value value, Dim size) {
    if (value != null) {
      rank(value, 1);
      same("the length of " + value.label(), value.shape().dim(0), size);
    }
  }

  private static void rank(Value value, int rank) {
    require(value.shape().rank() == rank, value + " must have " + rank + " axes");
  }

  private static void integers(Value value) {
    require(value.type() == DataType.INT64, value + " must be int64, but is " + value.type());
  }

  private static void alike(Value a, Value b) {
    require(a.type() == b.type(), "types " + a.type() + " and " + b.type() + " differ");
  }

  private static void positive(double number, String what) {
    require(number > 0, what + " is " + number + ", but must be positive");
  }

  private static void same(String what, Dim actual, Dim expected) {
    require(actual.equals(expected), what + " is " + actual + ", but must be " + expected);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new OpenClipException(problem);
    }
  }
}
