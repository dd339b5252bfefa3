package org.openclip.api.graph;

import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;

/**
 * Counts the floating-point operations of a graph without running it: two for each multiply-add of
 * matrix products, convolutions and attention. Other operators are not counted, as in profilers.
 */
public final class Flops {
  private final Map<String, Long> symbols;

  private Flops(Map<String, Long> symbols) {
    this.symbols = symbols;
  }

  /**
   * Returns the number of floating-point operations of a graph.
   *
   * @param graph the graph
   * @param symbols the value of each symbol, such as the batch
   * @throws OpenClipException when a symbol of the graph has no value
   */
  public static long of(Graph graph, Map<String, Long> symbols) {
    Flops flops = new Flops(symbols);
    return graph.nodes().stream().mapToLong(flops::of).sum();
  }

  private long of(Node node) {
    return switch (node.op()) {
      case Linear linear -> 2 * count(node.value()) * size(linear.weight().shape().dim(1));
      case SwitchBackLinear linear -> 2 * count(node.value()) * size(linear.weight(), 1);
      case MatMul product -> 2 * count(node.value()) * size(product.left().shape().dim(-1));
      case Convolution c -> 2 * count(node.value()) * (count(c.weight()) / size(c.weight(), 0));
      case Attention a ->
          2
              * size(a.query(), 0)
              * size(a.query(), 1)
              * size(a.key(), 1)
              * (size(a.query(), 2) + size(a.value(), 2));
      default -> 0;
    };
  }

  private long count(Value value) {
    return value.shape().dims().stream().mapToLong(this::size).reduce(1, Math::multiplyExact);
  }

  private long size(Value value, int axis) {
    return size(value.shape().dim(axis));
  }

  private long size(Dim dim) {
    if (dim.fixed()) {
      return dim.size();
    }
    Long symbol = symbols.get(dim.symbol());
    if (symbol == null) {
      throw new OpenClipException(
          "the cost depends on '" + dim.symbol() + "', for which no value is given");
    }
    return dim.scale() * symbol + dim.offset();
  }
}
