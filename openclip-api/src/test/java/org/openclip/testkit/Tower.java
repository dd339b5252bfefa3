package org.openclip.testkit;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** A tower's graph with weights drawn for it, run on the {@link Interpreter}. */
record Tower(Graph graph, Weights weights) {
  static final String FEATURES = "features";
  static final String TOKENS = "tokens";

  /** Finishes a graph with what an encoder has written into it. */
  static Tower of(GraphBuilder builder, Encoded encoded) {
    builder.output(FEATURES, encoded.features());
    if (encoded.tokens() != null) {
      builder.output(TOKENS, encoded.tokens());
    }
    Graph graph = builder.build();
    return new Tower(graph, draw(graph));
  }

  /** Runs the graph. */
  Array features(Map<String, Tensor> inputs) {
    return Objects.requireNonNull(Interpreter.run(graph, weights, inputs).get(FEATURES));
  }

  /** Returns one row of a matrix. */
  static double[] row(Array matrix, int row) {
    int width = matrix.shape()[1];
    return Arrays.copyOfRange(matrix.data(), row * width, (row + 1) * width);
  }

  private static Weights draw(Graph graph) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : graph.parameters()) {
      tensors.put(parameter.name(), draw(parameter));
    }
    return Weights.of(tensors);
  }

  /** Numbers about the constants that a training starts from, else of variance 1 / fan-in. */
  private static Tensor draw(Parameter parameter) {
    if (parameter.initializer() instanceof Initializer.Table table) {
      return table.tensor();
    }
    long[] shape = parameter.shape().sizes();
    int count = Math.toIntExact(Tensor.count(shape));
    boolean constant = parameter.initializer() instanceof Initializer.Constant;
    double mean = parameter.initializer() instanceof Initializer.Constant(double value) ? value : 0;
    double scale = constant || shape.length == 0 ? 0.1 : Math.sqrt((double) shape[0] / count);
    Random random = new Random(parameter.name().hashCode());
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (mean + scale * Math.max(-3, Math.min(3, random.nextGaussian())));
    }
    return Tensor.of(values, shape);
  }
}
