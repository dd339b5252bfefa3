package org.openclip.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.NeuralOp.Pooling;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

// Over 300 lines because it is the table of every operator in every use.

/** One small graph for every operator and every way in which it can be used. */
final class OperatorCases {
  private final List<GraphCase> cases = new ArrayList<>();

  private OperatorCases() {
    layers();
    attention();
    arithmetic();
    layout();
    weights();
  }

  static Stream<GraphCase> all() {
    return new OperatorCases().cases.stream();
  }

  private void add(String name, Function<GraphCase, Value> body) {
    cases.add(GraphCase.of(name, body));
  }

  private void layers() {
    add("linear of vectors", c -> c.graph.linear(c.batch(3, 5), c.weight(4, 5), c.weight(4)));
    add("linear of sequences", c -> c.graph.linear(c.batch(3, 2, 5), c.weight(4, 5), c.weight(4)));
    add("linear without bias", c -> c.graph.linear(c.batch(2, 2, 2, 5), c.weight(4, 5), null));
    add(
        "linear by a computed weight",
        c -> c.graph.linear(c.batch(2, 5), c.graph.unary(c.weight(4, 5), UnaryFunction.ABS), null));
    add("matmul", c -> c.graph.matMul(c.batch(2, 3, 4), c.weight(4, 5)));
    add("matmul of stacks", c -> c.graph.matMul(c.batch(2, 1, 3, 4), c.batch(2, 2, 4, 5)));
    add("matmul transposed", c -> c.graph.matMulTransposed(c.batch(2, 3, 4), c.batch(2, 5, 4)));
    add(
        "convolution",
        c ->
            c.graph.convolution(
                c.batch(2, 3, 7, 6), c.weight(4, 3, 3, 2), c.weight(4), 1, Pads.NONE, 1));
    add(
        "convolution with padding and stride",
        c ->
            c.graph.convolution(
                c.batch(2, 3, 8, 8), c.weight(4, 3, 3, 3), null, 2, new Pads(0, 1, 2, 1), 1));
    add(
        "convolution of two strides",
        c ->
            c.graph.add(
                new NeuralOp.Convolution(
                    c.batch(1, 2, 8, 9), c.weight(4, 2, 2, 3), null, 2, 3, Pads.NONE, 1)));
    add(
        "convolution of every second pixel",
        c ->
            c.graph.convolution(
                c.batch(2, 3, 7, 8), c.weight(4, 3, 1, 1), c.weight(4), 2, Pads.NONE, 1));
    add(
        "convolution of single pixels of two strides",
        c ->
            c.graph.add(
                new NeuralOp.Convolution(
                    c.batch(2, 3, 6, 8),
                    c.weight(4, 3, 1, 1),
                    null,
                    3,
                    1,
                    new Pads(1, 2, 0, 1),
                    1)));
    add(
        "convolution of every second pixel in groups",
        c ->
            c.graph.convolution(
                c.batch(2, 4, 5, 6), c.weight(6, 2, 1, 1), c.weight(6), 2, Pads.NONE, 2));
    add(
        "depthwise convolution of every second pixel",
        c ->
            c.graph.convolution(
                c.batch(2, 3, 5, 6), c.weight(6, 1, 1, 1), c.weight(6), 2, Pads.all(1), 3));
    add(
        "convolution in groups",
        c ->
            c.graph.convolution(
                c.batch(2, 4, 5, 5), c.weight(6, 2, 3, 3), c.weight(6), 1, Pads.all(1), 2));
    add(
        "depthwise convolution",
        c ->
            c.graph.convolution(
                c.batch(2, 4, 5, 5), c.weight(4, 1, 3, 3), c.weight(4), 1, Pads.all(1), 4));
    add(
        "patch embedding",
        c -> c.graph.convolution(c.batch(2, 3, 8, 8), c.weight(6, 3, 4, 4), null, 4, Pads.NONE, 1));
    for (Pooling pooling : Pooling.values()) {
      add(
          "pool " + pooling,
          c -> c.graph.add(new NeuralOp.Pool(c.batch(2, 3, 6, 7), pooling, 2, 3, 2, 1, Pads.NONE)));
      add(
          "pool " + pooling + " with padding",
          c ->
              c.graph.add(
                  new NeuralOp.Pool(c.batch(2, 3, 5, 5), pooling, 3, 3, 2, 2, Pads.all(1))));
    }
    add("layer norm", c -> c.graph.layerNorm(c.batch(2, 3, 6), c.weight(6), c.weight(6), 1e-5));
    add(
        "layer norm of large epsilon",
        c -> c.graph.layerNorm(c.batch(2, 6), c.weight(6), null, 0.5));
    add("layer norm without weight", c -> c.graph.layerNorm(c.batch(2, 6), null, null, 1e-6));
    add(
        "layer norm far from zero",
        c ->
            c.graph.layerNorm(
                c.graph.plus(c.batch(2, 6), c.graph.constant(100)),
                c.weight(6),
                c.weight(6),
                1e-5));
    add("rms norm", c -> c.graph.rmsNorm(c.batch(2, 3, 6), c.weight(6), 1e-6));
    add("rms norm without weight", c -> c.graph.rmsNorm(c.batch(2, 6), null, 1e-2));
    add(
        "batch norm",
        c ->
            c.graph.add(
                new NeuralOp.BatchNorm(
                    c.batch(2, 3, 4, 4),
                    c.weight(3),
                    c.weight(3),
                    c.weight(3),
                    c.weight(Tensor.of(new float[] {0.5f, 1, 2}, 3)),
                    1e-3,
                    0.1)));
    for (GeluForm form : GeluForm.values()) {
      add(
          "gelu " + form,
          c -> c.graph.gelu(c.graph.times(c.batch(5, 40), c.graph.constant(3)), form));
    }
    add(
        "linear, gelu, linear",
        c ->
            c.graph.linear(
                c.graph.gelu(
                    c.graph.linear(c.batch(2, 3, 8), c.weight(16, 8), c.weight(16)),
                    GeluForm.QUICK),
                c.weight(8, 16),
                c.weight(8)));
    add("embedding", c -> c.graph.embedding(c.weight(10, 4), c.ids(10, 3, 5)));
    add("l2 normalise", c -> c.graph.l2Normalize(c.batch(3, 7)));
    add(
        "l2 normalise zeros",
        c -> c.graph.l2Normalize(c.graph.times(c.batch(3, 7), c.graph.constant(0))));
  }

  private void attention() {
    add("attention", c -> attend(c, null, false));
    add("causal attention", c -> attend(c, null, true));
    add("attention with a mask of scores", c -> attend(c, c.batch(2, 2, 5, 5), false));
    add("attention with a mask for all", c -> attend(c, c.weight(1, 1, 5, 5), false));
    add("attention with a mask of heads", c -> attend(c, c.weight(1, 2, 5, 5), false));
    add("attention with hidden keys", c -> attend(c, hidden(c, 2, 5), false));
    add("causal attention with hidden keys", c -> attend(c, hidden(c, 2, 5), true));
    add(
        "cross attention",
        c ->
            c.graph.attention(
                c.batch(2, 3, 8), c.batch(2, 5, 8), c.batch(2, 5, 8), null, false, 4, 0.7));
    add(
        "cross attention with hidden keys",
        c ->
            c.graph.attention(
                c.batch(2, 3, 8),
                c.batch(2, 5, 8),
                c.batch(2, 5, 8),
                hidden(c, 2, 5),
                false,
                4,
                0.7));
    add(
        "causal cross attention",
        c ->
            c.graph.attention(
                c.batch(2, 3, 8), c.batch(2, 5, 8), c.batch(2, 5, 8), null, true, 2, 0.5));
    add(
        "attention to wider values",
        c ->
            c.graph.attention(
                c.batch(2, 3, 8), c.batch(2, 5, 8), c.batch(2, 5, 12), null, false, 2, 0.5));
    add(
        "attention of one head",
        c ->
            c.graph.attention(
                c.batch(2, 3, 6), c.batch(2, 3, 6), c.batch(2, 3, 6), null, false, 1, 0.4));
    add(
        "attention of unknown length",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 6, 8), Dim.BATCH, Dim.LENGTH);
          return c.graph.attention(x, x, x, null, true, 2, 0.5);
        });
    add(
        "causal attention of unknown length behind a prefix",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 6, 8), Dim.BATCH, Dim.LENGTH);
          Value keys = c.graph.concat(1, c.batch(2, 3, 8), x);
          return c.graph.attention(x, keys, keys, null, true, 2, 0.5);
        });
    add(
        "attention of unknown length with hidden keys",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 6, 8), Dim.BATCH, Dim.LENGTH);
          Value ids =
              c.input(DataType.INT64, Array.integers(c.random, 3, 2, 6), Dim.BATCH, Dim.LENGTH);
          Value seen = c.graph.compare(c.graph.integer(0), ids, Relation.LESS);
          Value mask = c.graph.choose(seen, c.graph.constant(0), c.graph.constant(-50));
          return c.graph.attention(
              x,
              x,
              x,
              c.graph.reshape(mask, Dim.BATCH, Dim.of(1), Dim.of(1), Dim.LENGTH),
              true,
              2,
              0.5);
        });
  }

  private static Value attend(GraphCase c, Value mask, boolean causal) {
    return c.graph.attention(
        c.batch(2, 5, 8), c.batch(2, 5, 8), c.batch(2, 5, 8), mask, causal, 2, 0.5);
  }

  /** A mask {@code [batch, 1, 1, keys]} that hides every key after the first three. */
  private static Value hidden(GraphCase c, int batch, int keys) {
    Array mask =
        Array.from(new int[] {batch, 1, 1, keys}, i -> i[3] < 3 ? 0 : Double.NEGATIVE_INFINITY);
    return c.input(DataType.FLOAT32, mask, Dim.BATCH);
  }

  private void arithmetic() {
    for (UnaryFunction function : UnaryFunction.values()) {
      if (function == UnaryFunction.NOT) {
        add(
            "unary NOT",
            c ->
                c.graph.unary(
                    c.graph.compare(c.batch(2, 9), c.graph.constant(0), Relation.LESS), function));
      } else if (function == UnaryFunction.LOG || function == UnaryFunction.SQRT) {
        add(
            "unary " + function,
            c -> c.graph.unary(c.graph.unary(c.batch(2, 9), UnaryFunction.ABS), function));
      } else {
        add("unary " + function, c -> c.graph.unary(c.batch(2, 99), function));
      }
    }
    add(
        "log sigmoid far from zero",
        c ->
            c.graph.unary(
                c.graph.times(c.batch(2, 9), c.graph.constant(200)), UnaryFunction.LOG_SIGMOID));
    add("negated integers", c -> c.graph.unary(c.ids(9, 2, 3), UnaryFunction.NEGATE));
    for (BinaryFunction f : BinaryFunction.values()) {
      if (f == BinaryFunction.AND || f == BinaryFunction.OR) {
        add(
            "binary " + f,
            c ->
                c.graph.binary(
                    c.graph.compare(c.batch(4, 9), c.graph.constant(0), Relation.LESS),
                    c.graph.compare(c.batch(4, 1), c.graph.constant(0), Relation.LESS),
                    f));
      } else {
        add(
            "binary " + f,
            c ->
                c.graph.binary(
                    c.graph.unary(c.batch(2, 3, 4), UnaryFunction.ABS), c.weight(3, 1), f));
      }
      if (f != BinaryFunction.AND && f != BinaryFunction.OR && f != BinaryFunction.POWER) {
        add(
            "binary " + f + " of integers",
            c -> c.graph.binary(c.ids(9, 2, 4), c.graph.integer(3), f));
      }
    }
    for (Relation relation : Relation.values()) {
      add(
          "compare " + relation,
          c -> c.graph.compare(c.ids(4, 3, 5), c.graph.integer(2), relation));
      add("compare floats " + relation, c -> c.graph.compare(c.batch(3, 5), c.weight(5), relation));
    }
    add(
        "choose",
        c ->
            c.graph.choose(
                c.graph.compare(c.batch(3, 1), c.graph.constant(0), Relation.LESS),
                c.batch(3, 4),
                c.weight(4)));
    add(
        "choose integers",
        c ->
            c.graph.choose(
                c.graph.compare(c.ids(3, 3, 4), c.graph.integer(1), Relation.LESS),
                c.ids(9, 3, 4),
                c.graph.integer(-1)));
    add(
        "choose truth",
        c -> {
          Value a = c.graph.compare(c.ids(3, 3, 4), c.graph.integer(1), Relation.LESS);
          Value b = c.graph.compare(c.batch(3, 4), c.graph.constant(0), Relation.LESS);
          return c.graph.choose(a, b, c.graph.unary(b, UnaryFunction.NOT));
        });
    add("clamp", c -> c.graph.clamp(c.batch(3, 9), -0.5, 0.25));
    add("clamp from below", c -> c.graph.clamp(c.batch(3, 9), 0.1, Double.POSITIVE_INFINITY));
    add("clamp integers", c -> c.graph.clamp(c.ids(9, 3, 9), 2, 5));
    add("softmax", c -> c.graph.softmax(c.batch(2, 3, 4), -1));
    add("softmax of an inner axis", c -> c.graph.softmax(c.batch(2, 3, 4), 1));
    add(
        "log softmax",
        c -> c.graph.logSoftmax(c.graph.times(c.batch(2, 5), c.graph.constant(100)), -1));
    add("log softmax of sequences", c -> c.graph.logSoftmax(c.batch(2, 3, 5), -1));
    for (Reduction reduction : Reduction.values()) {
      add("reduce " + reduction, c -> c.graph.reduce(c.batch(2, 3, 4, 5), reduction, 2, 3));
      add(
          "reduce " + reduction + " and keep",
          c -> c.graph.reduce(c.batch(2, 3, 4), reduction, true, 1));
      add("reduce " + reduction + " the batch", c -> c.graph.reduce(c.batch(2, 3), reduction, 0));
    }
    add("sum of integers", c -> c.graph.reduce(c.ids(9, 3, 4), Reduction.SUM, 1));
    add("largest integer", c -> c.graph.reduce(c.ids(9, 3, 4), Reduction.MAX, 1));
    add("arg max", c -> c.graph.argMax(c.batch(4, 9), -1));
    add("arg max of an inner axis", c -> c.graph.argMax(c.batch(4, 9, 2), 1));
    add("arg max of equal integers", c -> c.graph.argMax(c.ids(3, 4, 12), 1));
    add(
        "arg max of large ids",
        c -> c.graph.argMax(c.graph.plus(c.ids(3, 4, 12), c.graph.integer(40_000_000_000L)), 1));
    add("cumulative sum", c -> c.graph.cumulativeSum(c.batch(2, 5), 1));
    add("cumulative sum of integers", c -> c.graph.cumulativeSum(c.ids(4, 2, 5), 1));
    add(
        "cast to integers",
        c -> c.graph.cast(c.graph.times(c.batch(2, 9), c.graph.constant(5)), DataType.INT64));
    add(
        "cast to floats",
        c -> c.graph.times(c.graph.cast(c.ids(9, 2, 9), DataType.FLOAT32), c.graph.constant(0.5)));
    add(
        "cast of truth",
        c ->
            c.graph.cast(
                c.graph.compare(c.batch(2, 9), c.graph.constant(0), Relation.LESS),
                DataType.INT64));
  }

  private void layout() {
    add("reshape", c -> c.graph.reshape(c.batch(2, 6), Dim.BATCH, Dim.of(2), Dim.of(3)));
    add(
        "reshape into the batch",
        c -> c.graph.reshape(c.batch(2, 3, 4), Dim.BATCH.times(Dim.of(3)), Dim.of(4)));
    add(
        "reshape of two unknown sizes",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 5, 6), Dim.BATCH, Dim.LENGTH);
          return c.graph.reshape(x, Dim.BATCH, Dim.LENGTH, Dim.of(2), Dim.of(3));
        });
    add(
        "reshape to one more than the length",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 5, 6), Dim.BATCH, Dim.LENGTH);
          Value longer = c.graph.concat(1, x, c.graph.slice(x, 1, 0, 1));
          return c.graph.reshape(longer, Dim.BATCH, Dim.LENGTH.plus(1), Dim.of(3), Dim.of(2));
        });
    add("transpose", c -> c.graph.transpose(c.batch(2, 3, 4, 5), 0, 2, 3, 1));
    add("transpose the batch", c -> c.graph.transpose(c.batch(2, 3), 1, 0));
    add("concat", c -> c.graph.concat(1, c.batch(2, 3, 4), c.batch(2, 1, 4), c.batch(2, 2, 4)));
    add("slice", c -> c.graph.slice(c.batch(2, 7, 3), 1, 2, 5));
    add(
        "slice to the length",
        c -> {
          c.input(DataType.INT64, Array.integers(c.random, 9, 2, 5), Dim.BATCH, Dim.LENGTH);
          return c.graph.slice(c.weight(8, 3), 0, Dim.of(0), Dim.LENGTH);
        });
    add(
        "slice off the last",
        c -> {
          Value x =
              c.input(DataType.INT64, Array.integers(c.random, 9, 2, 5), Dim.BATCH, Dim.LENGTH);
          return c.graph.slice(x, 1, Dim.of(0), Dim.LENGTH.plus(-1));
        });
    add("select", c -> c.graph.select(c.batch(2, 7, 3), 1, Dim.of(0)));
    add(
        "select the last",
        c -> {
          Value x =
              c.input(DataType.FLOAT32, Array.normal(c.random, 2, 5, 3), Dim.BATCH, Dim.LENGTH);
          return c.graph.select(x, 1, Dim.LENGTH.plus(-1));
        });
    add(
        "pad",
        c ->
            c.graph.add(
                new LayoutOp.Pad(c.batch(2, 3, 4), List.of(0, 1, 0), List.of(0, 0, 2), 1.5)));
    add(
        "pad integers",
        c -> c.graph.add(new LayoutOp.Pad(c.ids(9, 2, 3), List.of(0, 1), List.of(0, 2), 7)));
    add(
        "broadcast",
        c ->
            c.graph.add(
                new LayoutOp.Broadcast(
                    c.weight(1, 1, 4), new Shape(List.of(Dim.BATCH, Dim.of(2), Dim.of(4))))),
        c -> c.batch(3, 1));
    add(
        "gather",
        c ->
            c.graph.add(
                new LayoutOp.Gather(
                    c.batch(2, 7, 3), c.graph.constant(Tensor.of(new long[] {6, 0, 0}, 3)), 1, 0)));
    add(
        "gather with a table of indices",
        c ->
            c.graph.add(
                new LayoutOp.Gather(
                    c.weight(7, 3),
                    c.graph.constant(Tensor.of(new long[] {6, 0, 1, 5}, 2, 2)),
                    0,
                    0)));
    add(
        "gather one of each row",
        c -> c.graph.add(new LayoutOp.Gather(c.batch(3, 7, 4), c.ids(7, 3), 1, 1)));
    add(
        "gather one number of each row",
        c -> c.graph.add(new LayoutOp.Gather(c.batch(6, 7), c.ids(7, 6), 1, 1)));
    add(
        "gather several of each row",
        c -> c.graph.add(new LayoutOp.Gather(c.batch(3, 7, 4), c.ids(7, 3, 2), 1, 1)));
    add(
        "gather of an inner axis of each row",
        c -> c.graph.add(new LayoutOp.Gather(c.batch(3, 2, 7, 4), c.ids(7, 3, 5), 2, 1)));
    add("range", c -> c.graph.plus(c.ids(9, 2, 5), c.graph.range(Dim.of(5))));
    add(
        "range of the length",
        c -> {
          Value x =
              c.input(DataType.INT64, Array.integers(c.random, 9, 2, 5), Dim.BATCH, Dim.LENGTH);
          return c.graph.plus(x, c.graph.range(Dim.LENGTH));
        });
    add("an input as it is", c -> c.batch(2, 3));
    add(
        "truth as an input",
        c -> {
          Value seen = c.input(DataType.BOOL, Array.integers(c.random, 2, 3, 5), Dim.BATCH);
          return c.graph.choose(seen, c.batch(3, 5), c.graph.constant(-1));
        });
    add(
        "a weight as it is",
        c -> {
          c.batch(2, 3);
          return c.weight(3, 2);
        });
  }

  private void add(String name, Function<GraphCase, Value> body, Consumer<GraphCase> first) {
    add(
        name,
        c -> {
          first.accept(c);
          return body.apply(c);
        });
  }

  private void weights() {
    for (DataType type : List.of(DataType.FLOAT16, DataType.BFLOAT16)) {
      add(
          "weights in " + type,
          c -> c.graph.linear(c.batch(2, 3, 5), c.weight(type, 4, 5), c.weight(type, 4)));
      add("a table in " + type, c -> c.graph.embedding(c.weight(type, 9, 4), c.ids(9, 2, 3)));
    }
    add("a table in three buffers", c -> c.graph.embedding(c.weight(chunked()), c.ids(10, 3, 8)));
    add("a weight in three buffers", c -> c.graph.linear(c.batch(2, 4), c.weight(chunked()), null));
    add("a scalar weight", c -> c.graph.times(c.batch(2, 4), c.weight()));
    for (SwitchBackForm form : SwitchBackForm.values()) {
      add(
          "8-bit integers " + form,
          c ->
              c.graph.add(
                  new NeuralOp.SwitchBackLinear(
                      c.batch(3, 2, 5), c.weight(4, 5), c.weight(4), form)));
    }
    for (var op :
        List.<Function<Value, org.openclip.api.graph.Op>>of(
            x -> new TrainingOp.Dropout(x, 0.5),
            x -> new TrainingOp.DropPath(x, 0.5),
            x -> new TrainingOp.PatchDropout(x, 0.5, 1),
            x -> new TrainingOp.AllGather(x, 1),
            TrainingOp.StopGradient::new)) {
      add(
          "in inference the identity, "
              + op.apply(GraphCase.of("", c -> c.batch(1, 2, 3)).build().nodes().get(0).value())
                  .label(),
          c -> c.graph.add(op.apply(c.batch(2, 3, 4))));
    }
  }

  private static Tensor chunked() {
    List<ByteBuffer> chunks = new ArrayList<>();
    for (int rows : new int[] {4, 1, 5}) {
      float[] values = new float[rows * 4];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.sin(rows * 31 + i);
      }
      chunks.add(Tensor.of(values, rows, 4).data());
    }
    return Tensor.ofChunks(DataType.FLOAT32, chunks, 10, 4);
  }
}
