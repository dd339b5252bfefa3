package org.openclip.train.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.types.family.TNumber;

/** The matrix products of a step, each alone, by TensorFlow in one type of numbers. */
final class StepProducts implements AutoCloseable {
  private final Map<Product, ProductGraph> graphs = new LinkedHashMap<>();
  private final Times times = new Times();

  StepProducts(List<Product> products, Class<? extends TNumber> type) {
    products.forEach(product -> graphs.put(product, new ProductGraph(product, type)));
    run();
  }

  private void run() {
    graphs.values().forEach(ProductGraph::run);
  }

  /** Measures each once. */
  void measure() {
    graphs.forEach((product, graph) -> times.measure(product.toString(), graph::run));
  }

  /** Returns the seconds of all products of a step. */
  double seconds() {
    return graphs.keySet().stream()
        .mapToDouble(product -> product.count() * seconds(product))
        .sum();
  }

  private double seconds(Product product) {
    return times.median(product.toString()) / ProductGraph.COPIES;
  }

  /** Returns the operations a second of each product, as lines. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Product product : graphs.keySet()) {
      double median = seconds(product);
      lines.add(
          String.format(
              Locale.ROOT,
              "%5d x %4d x %4d, %3d parts, %2d times: %6.1f GFLOP/s, %6.1f ms",
              product.rows(),
              product.inner(),
              product.columns(),
              product.parts(),
              product.count(),
              product.operations() / median / 1e9,
              1e3 * median * product.count()));
    }
    return lines;
  }

  @Override
  public void close() {
    graphs.values().forEach(ProductGraph::close);
  }
}
