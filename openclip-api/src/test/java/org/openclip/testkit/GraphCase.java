package org.openclip.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** A small graph with its weights and inputs, drawn from a seed. */
final class GraphCase {
  final String name;
  final GraphBuilder graph;
  final Random random = new Random(7);
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();

  private GraphCase(String name) {
    this.name = name;
    this.graph = new GraphBuilder(name);
  }

  /** Builds a case whose graph yields one value. */
  static GraphCase of(String name, Function<GraphCase, Value> body) {
    GraphCase made = new GraphCase(name);
    made.graph.output("result", body.apply(made));
    return made;
  }

  /** Adds a float input; its first axis is the batch. */
  Value batch(int... shape) {
    return input(DataType.FLOAT32, Array.normal(random, shape), Dim.BATCH);
  }

  /** Adds an int64 input; its first axis is the batch. */
  Value ids(int bound, int... shape) {
    return input(DataType.INT64, Array.integers(random, bound, shape), Dim.BATCH);
  }

  /** Adds an input whose leading dimensions are the symbols. */
  Value input(DataType type, Array values, Dim... symbols) {
    Dim[] dims = new Dim[values.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = axis < symbols.length ? symbols[axis] : Dim.of(values.shape()[axis]);
    }
    String input = "input" + inputs.size();
    inputs.put(input, values.tensor(type));
    return graph.input(input, type, dims);
  }

  /** Adds a float32 weight. */
  Value weight(long... shape) {
    return weight(DataType.FLOAT32, shape);
  }

  /** Adds a weight that the checkpoint holds in the type. */
  Value weight(DataType type, long... shape) {
    int[] sizes = java.util.Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    return weight(Array.normal(random, sizes).tensor(type));
  }

  /** Adds a weight. */
  Value weight(Tensor tensor) {
    String weight = "weight" + weights.size();
    weights.put(weight, tensor);
    return graph.parameter(weight, Initializer.ZEROS, tensor.shape());
  }

  /** Adds a tensor that gradients do not change. */
  Value buffer(Tensor tensor) {
    String buffer = "weight" + weights.size();
    weights.put(buffer, tensor);
    return graph.buffer(buffer, Initializer.ZEROS, tensor.shape());
  }

  Graph build() {
    return graph.build();
  }

  Weights weights() {
    return Weights.of(weights);
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }

  @Override
  public String toString() {
    return name;
  }
}
