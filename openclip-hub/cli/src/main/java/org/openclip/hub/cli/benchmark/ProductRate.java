package org.openclip.hub.cli.benchmark;

import java.nio.ByteBuffer;
import java.util.Map;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** The rate of large matrix products on a backend: what bounds a transformer. */
final class ProductRate {
  private static final int SIZE = 1024;
  private static final int RUNS = 6;

  /** Products in a row, so that copying the result counts little. */
  private static final int PRODUCTS = 4;

  private ProductRate() {}

  /** Returns the best rate of some runs, in GFLOP/s. */
  static double measure(Backend backend) {
    GraphBuilder builder = new GraphBuilder("products");
    Value input = builder.input("x", DataType.FLOAT32, Dim.of(SIZE), Dim.of(SIZE));
    Value weight = builder.parameter("w", Initializer.ZEROS, SIZE, SIZE);
    Value value = input;
    for (int i = 0; i < PRODUCTS; i++) {
      value = builder.linear(value, weight, null);
    }
    builder.output("y", value);
    Graph graph = builder.build();
    ByteBuffer zeros = Tensor.allocate(4L * SIZE * SIZE);
    Tensor matrix = Tensor.of(DataType.FLOAT32, zeros, SIZE, SIZE);
    double best = Double.MAX_VALUE;
    try (Program program = backend.compile(graph, Weights.of(Map.of("w", matrix)))) {
      for (int i = 0; i < RUNS; i++) {
        long start = System.nanoTime();
        program.run(Map.of("x", matrix));
        best = Math.min(best, (double) (System.nanoTime() - start));
      }
    }
    return 2.0 * SIZE * SIZE * SIZE * PRODUCTS / best;
  }
}
