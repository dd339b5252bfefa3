package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

// Over 300 lines because it has one method for each operator, so that an architecture reads like
// the formulas of its paper.

/**
 * Builds a {@link Graph}. Each method adds one operator, checks the shapes at once, and returns the
 * operator's result. Negative axes count from the end.
 *
 * <p>{@link #scope} returns a builder of the same graph whose parameters have a prefix, like nested
 * modules in a PyTorch state dict. Not thread-safe.
 */
public final class GraphBuilder {
  private final State state;
  private final String prefix;

  /** What all scopes of one graph share. */
  private record State(
      String name,
      List<Node> nodes,
      Map<String, Value> parameters,
      Map<String, Value> inputs,
      Map<String, Value> outputs) {}

  /**
   * Creates the builder of an empty graph.
   *
   * @param name the name of the computation, for messages
   */
  public GraphBuilder(String name) {
    this(
        new State(
            name,
            new ArrayList<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>()),
        "");
  }

  private GraphBuilder(State state, String prefix) {
    this.state = state;
    this.prefix = prefix;
  }

  /**
   * Returns a builder of the same graph with a longer prefix for its parameters.
   *
   * @param name one or more path elements, such as {@code visual} or {@code resblocks.0}; empty for
   *     this scope itself
   */
  public GraphBuilder scope(String name) {
    return name.isEmpty() ? this : new GraphBuilder(state, prefix + name + ".");
  }

  /** Returns the graph as built so far. */
  public Graph build() {
    return new Graph(state.name(), state.nodes(), state.outputs());
  }

  /** Adds an operator and returns its result. */
  public Value add(Op op) {
    return add(op, op.label());
  }

  private Value add(Op op, String label) {
    ShapeRules.Typed typed;
    try {
      typed = ShapeRules.infer(op);
    } catch (ShapeException e) {
      throw e;
    } catch (OpenClipException e) {
      throw new ShapeException(prefix, op.label(), op.inputs(), String.valueOf(e.getMessage()));
    }
    Value value = new Value(state.nodes().size(), label, typed.shape(), typed.type());
    state.nodes().add(new Node(value, op));
    return value;
  }

  /** Adds an input of the graph. The name gets no prefix. */
  public Value input(String name, DataType type, Dim... dims) {
    if (state.inputs().containsKey(name)) {
      throw new OpenClipException("graph " + state.name() + " has two inputs named " + name);
    }
    Value value = add(new LeafOp.Input(name, Shape.of(dims), type), name);
    state.inputs().put(name, value);
    return value;
  }

  /** Makes a value an output of the graph. The name gets no prefix. */
  public void output(String name, Value value) {
    if (state.outputs().putIfAbsent(name, value) != null) {
      throw new OpenClipException("graph " + state.name() + " has two outputs named " + name);
    }
  }

  /**
   * Returns a trained float parameter of the state dict; the same name gives the same parameter.
   */
  public Value parameter(String name, Initializer initializer, long... shape) {
    return parameter(
        new LeafOp.Parameter(prefix + name, Shape.of(shape), DataType.FLOAT32, initializer, true));
  }

  /** Returns a float buffer of the state dict, which gradients do not change. */
  public Value buffer(String name, Initializer initializer, long... shape) {
    return parameter(
        new LeafOp.Parameter(prefix + name, Shape.of(shape), DataType.FLOAT32, initializer, false));
  }

  /** Returns a single int64 entry of the state dict, which starts at 0. */
  public Value counter(String name) {
    return parameter(
        new LeafOp.Parameter(
            prefix + name, Shape.SCALAR, DataType.INT64, Initializer.ZEROS, false));
  }

  /** Adds an entry of the state dictionary under its full name. */
  Value parameter(LeafOp.Parameter parameter) {
    Value known = state.parameters().get(parameter.name());
    if (known == null) {
      known = add(parameter, parameter.name());
      state.parameters().put(parameter.name(), known);
    } else if (!known.shape().equals(parameter.shape())) {
      throw new ShapeException(
          prefix, "parameter", List.of(known), "is declared twice, also as " + parameter.shape());
    }
    return known;
  }

  /** Adds a constant tensor, which is in no checkpoint. */
  public Value constant(Tensor tensor) {
    return add(new LeafOp.Constant(tensor));
  }

  /** Adds a float32 scalar, which broadcasts to any shape. */
  public Value constant(double number) {
    return constant(Tensor.of(new float[] {(float) number}));
  }

  /** Adds an int64 scalar, which broadcasts to any shape. */
  public Value integer(long number) {
    return constant(Tensor.of(new long[] {number}));
  }

  /** Adds {@code int64[length]} counting from 0. */
  public Value range(Dim length) {
    return add(new LeafOp.Range(length));
  }

  /** {@code input · weightᵀ + bias}; weight is {@code [out, in]}. */
  public Value linear(Value input, Value weight, @Nullable Value bias) {
    return add(new NeuralOp.Linear(input, weight, bias));
  }

  /** {@code left · right} over the last two axes. */
  public Value matMul(Value left, Value right) {
    return add(new NeuralOp.MatMul(left, right, false));
  }

  /** {@code left · rightᵀ} over the last two axes. */
  public Value matMulTransposed(Value left, Value right) {
    return add(new NeuralOp.MatMul(left, right, true));
  }

  /** A convolution with one stride for both axes. */
  public Value convolution(
      Value input, Value weight, @Nullable Value bias, int stride, Pads pads, int groups) {
    return add(new NeuralOp.Convolution(input, weight, bias, stride, stride, pads, groups));
  }

  /** Layer normalisation over the last axis. */
  public Value layerNorm(
      Value input, @Nullable Value weight, @Nullable Value bias, double epsilon) {
    return add(new NeuralOp.LayerNorm(input, weight, bias, epsilon));
  }

  /** Root-mean-square normalisation over the last axis. */
  public Value rmsNorm(Value input, @Nullable Value weight, double epsilon) {
    return add(new NeuralOp.RmsNorm(input, weight, epsilon));
  }

  /**
   * Multi-head attention, with the heads side by side on the last axis; see {@link
   * NeuralOp.Attention}.
   */
  public Value attention(
      Value query,
      Value key,
      Value value,
      @Nullable Value mask,
      boolean causal,
      int heads,
      double scale) {
    return add(new NeuralOp.Attention(query, key, value, mask, causal, heads, scale));
  }

  /** The Gaussian error linear unit. */
  public Value gelu(Value input, GeluForm form) {
    return add(new NeuralOp.Gelu(input, form));
  }

  /** Rows of a table {@code [rows, width]} by {@code int64} ids. */
  public Value embedding(Value table, Value ids) {
    return add(new NeuralOp.Embedding(table, ids));
  }

  /** The input divided by its Euclidean norm (at least 1e-12) over the last axis. */
  public Value l2Normalize(Value input) {
    return add(new NeuralOp.L2Normalize(input, 1e-12));
  }

  /** A function of every element. */
  public Value unary(Value input, UnaryFunction function) {
    return add(new ArithmeticOp.Unary(input, function));
  }

  /** A function of two values. */
  public Value binary(Value left, Value right, BinaryFunction function) {
    return add(new ArithmeticOp.Binary(left, right, function));
  }

  /** {@code left + right}. */
  public Value plus(Value left, Value right) {
    return binary(left, right, BinaryFunction.ADD);
  }

  /** {@code left - right}. */
  public Value minus(Value left, Value right) {
    return binary(left, right, BinaryFunction.SUBTRACT);
  }

  /** {@code left · right}, element by element. */
  public Value times(Value left, Value right) {
    return binary(left, right, BinaryFunction.MULTIPLY);
  }

  /** {@code left / right}, element by element. */
  public Value divide(Value left, Value right) {
    return binary(left, right, BinaryFunction.DIVIDE);
  }

  /** Compares two values element by element. */
  public Value compare(Value left, Value right, Relation relation) {
    return add(new ArithmeticOp.Compare(left, right, relation));
  }

  /** Takes one value where a condition holds and the other elsewhere. */
  public Value choose(Value condition, Value whenTrue, Value whenFalse) {
    return add(new ArithmeticOp.Choose(condition, whenTrue, whenFalse));
  }

  /** Clamps every element to a range. */
  public Value clamp(Value input, double minimum, double maximum) {
    return add(new ArithmeticOp.Clamp(input, minimum, maximum));
  }

  /** {@code eˣ / Σ eˣ} along an axis. */
  public Value softmax(Value input, int axis) {
    return add(new ArithmeticOp.Softmax(input, input.shape().axis(axis)));
  }

  /** The logarithm of the softmax along an axis. */
  public Value logSoftmax(Value input, int axis) {
    return add(new ArithmeticOp.LogSoftmax(input, input.shape().axis(axis)));
  }

  /** Reduces axes and removes them. */
  public Value reduce(Value input, Reduction reduction, int... axes) {
    return reduce(input, reduction, false, axes);
  }

  /** Reduces axes, and optionally keeps them with size 1. */
  public Value reduce(Value input, Reduction reduction, boolean keep, int... axes) {
    List<Integer> sorted =
        Arrays.stream(axes).map(input.shape()::axis).sorted().distinct().boxed().toList();
    return add(new ArithmeticOp.Reduce(input, reduction, sorted, keep));
  }

  /** The index of the first largest element along an axis. */
  public Value argMax(Value input, int axis) {
    return add(new ArithmeticOp.ArgMax(input, input.shape().axis(axis)));
  }

  /** Running sums along an axis. */
  public Value cumulativeSum(Value input, int axis) {
    return add(new ArithmeticOp.CumulativeSum(input, input.shape().axis(axis)));
  }

  /** Converts the elements to another type. */
  public Value cast(Value input, DataType type) {
    return input.type() == type ? input : add(new ArithmeticOp.Cast(input, type));
  }

  /** Reshapes a value without changing its elements. */
  public Value reshape(Value input, Dim... dims) {
    return add(new LayoutOp.Reshape(input, Shape.of(dims)));
  }

  /** Permutes the axes. */
  public Value transpose(Value input, int... permutation) {
    List<Integer> axes = Arrays.stream(permutation).map(input.shape()::axis).boxed().toList();
    return add(new LayoutOp.Transpose(input, axes));
  }

  /** Concatenates values along an axis. */
  public Value concat(int axis, Value... parts) {
    return add(new LayoutOp.Concat(List.of(parts), parts[0].shape().axis(axis)));
  }

  /** The elements from start to before end along an axis. */
  public Value slice(Value input, int axis, Dim start, Dim end) {
    return add(new LayoutOp.Slice(input, input.shape().axis(axis), start, end));
  }

  /** The elements from start to before end along an axis. */
  public Value slice(Value input, int axis, long start, long end) {
    return slice(input, axis, Dim.of(start), Dim.of(end));
  }

  /** Selects one index of an axis and removes the axis. */
  public Value select(Value input, int axis, Dim index) {
    Value slice = slice(input, axis, index, index.plus(1));
    return reshape(slice, slice.shape().without(axis).dims().toArray(Dim[]::new));
  }

  /** Splits an axis of known size into equal parts. */
  public List<Value> split(Value input, int axis, int parts) {
    long size = input.shape().size(axis) / parts;
    return IntStream.range(0, parts)
        .mapToObj(i -> slice(input, axis, i * size, (i + 1) * size))
        .toList();
  }

  /** Inserts an axis of size 1 before an axis. */
  public Value unsqueeze(Value input, int axis) {
    List<Dim> dims = new ArrayList<>(input.shape().dims());
    dims.add(axis, Dim.of(1));
    return reshape(input, dims.toArray(Dim[]::new));
  }

  /** Broadcasts axes of size 1. */
  public Value broadcast(Value input, Dim... dims) {
    return add(new LayoutOp.Broadcast(input, Shape.of(dims)));
  }

  /** Gathers slices by index along an axis. */
  public Value gather(Value data, Value indices, int axis) {
    return add(new LayoutOp.Gather(data, indices, data.shape().axis(axis), 0));
  }

  /** Picks one token of every row: {@code [batch, length, width]} by {@code int64[batch]}. */
  public Value pick(Value data, Value indices) {
    return add(new LayoutOp.Gather(data, indices, 1, 1));
  }

  /** Dropout: zeroes elements at random in training. */
  public Value dropout(Value input, double rate) {
    return rate == 0 ? input : add(new TrainingOp.Dropout(input, rate));
  }

  /** Stochastic depth: zeroes rows of the batch at random in training. */
  public Value dropPath(Value input, double rate) {
    return rate == 0 ? input : add(new TrainingOp.DropPath(input, rate));
  }

  /** Patch dropout: removes tokens at random in training. */
  public Value patchDropout(Value input, double rate, int prefixTokens) {
    return rate == 0 ? input : add(new TrainingOp.PatchDropout(input, rate, prefixTokens));
  }

  /** Gathers the rows of all processes of a distributed training. */
  public Value allGather(Value input, int ranks) {
    return ranks == 1 ? input : add(new TrainingOp.AllGather(input, ranks));
  }

  /** Returns the same value and stops gradients. */
  public Value stopGradient(Value input) {
    return add(new TrainingOp.StopGradient(input));
  }
}
