package org.openclip.api.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.tensor.DataType;

/**
 * Writes low-rank adapters into a graph. A linear layer gets a second path {@code x · Aᵀ · Bᵀ}
 * beside it, which costs little. Where a matrix is used in another way, {@code W + scale · B · A}
 * takes its place.
 */
final class Adapting {
  private final Graph graph;
  private final LowRank lora;
  private final Uses uses;
  private final GraphCopy copy;

  /** The pair of a target that is adapted by a second path, by the id of its parameter. */
  private final Map<Integer, Pair> pairs = new HashMap<>();

  private record Pair(Value down, Value up) {}

  Adapting(Graph graph, LowRank lora) {
    this.graph = graph;
    this.lora = lora;
    this.uses = new Uses(graph);
    this.copy = new GraphCopy(graph);
  }

  /**
   * Returns whether a matrix is the weight of a linear layer, as a whole or some rows of it.
   *
   * @param products whether the right side of a product counts, too
   */
  static boolean multiplies(Uses uses, Value matrix, boolean products) {
    return uses.readers(matrix)
        .anyMatch(
            reader ->
                switch (reader.op()) {
                  case Linear linear -> linear.weight().equals(matrix);
                  case MatMul product -> products && product.right().equals(matrix);
                  case Slice slice ->
                      slice.axis() == 0 && multiplies(uses, reader.value(), products);
                  default -> false;
                });
  }

  Graph rewrite() {
    checkNames();
    for (Node node : graph.nodes()) {
      switch (node.op()) {
        case Parameter p when lora.targets().contains(p.name()) && uses.isUsed(node.value()) ->
            adapt(node, p);
        case Linear linear -> {
          Parameter target = target(linear.weight());
          if (target == null) {
            copy.copy(node);
          } else {
            copy.put(node.value(), twoPaths(linear));
          }
        }
        default -> copy.copy(node);
      }
    }
    return copy.finish();
  }

  private void checkNames() {
    Set<String> known = new HashSet<>();
    graph.parameters().forEach(p -> known.add(p.name()));
    for (String name : lora.names()) {
      if (known.contains(name)) {
        throw new InvalidInputException("the graph already has adapters: " + name);
      }
    }
    if (lora.names().size() != 2 * lora.targets().size()) {
      throw new InvalidInputException(
          "two of the matrices would have adapters of one name: " + lora.targets());
    }
  }

  private void adapt(Node node, Parameter target) {
    if (target.shape().rank() != 2 || target.type() != DataType.FLOAT32) {
      throw new InvalidInputException(
          "%s %s %s is not a floating-point matrix, so it cannot have an adapter"
              .formatted(target.name(), target.type(), target.shape()));
    }
    long out = target.shape().size(0);
    long in = target.shape().size(1);
    if (lora.rank() > Math.min(out, in)) {
      throw new InvalidInputException(
          "rank %s is larger than the smaller side of %s %s; choose a rank of at most %s, or leave this matrix out of the targets"
              .formatted(lora.rank(), target.name(), target.shape(), Math.min(out, in)));
    }
    GraphBuilder g = copy.builder();
    copy.copy(node);
    Value weight = copy.of(node.value());
    String down = LowRank.down(target.name());
    Pair pair =
        new Pair(
            g.parameter(down, Layers.uniform(in), lora.rank(), in),
            g.parameter(LowRank.up(target.name()), Initializer.ZEROS, out, lora.rank()));
    if (isWeightOnly(node.value())) {
      pairs.put(node.value().id(), pair);
    } else {
      copy.put(node.value(), g.plus(weight, scaled(g.matMul(pair.up, pair.down))));
    }
  }

  private Value scaled(Value product) {
    GraphBuilder g = copy.builder();
    return lora.scale() == 1 ? product : g.times(product, g.constant(lora.scale()));
  }

  /** Returns whether linear layers alone read a matrix or rows of it, as their weights. */
  private boolean isWeightOnly(Value matrix) {
    return uses.isInner(matrix)
        && uses.readers(matrix)
            .allMatch(
                reader ->
                    switch (reader.op()) {
                      case Linear linear ->
                          linear.weight().equals(matrix)
                              && !linear.input().equals(matrix)
                              && !matrix.equals(linear.bias());
                      case Slice slice -> slice.axis() == 0 && isWeightOnly(reader.value());
                      default -> false;
                    });
  }

  /** Returns the target of whose rows a weight consists, if it is adapted by a second path. */
  private @Nullable Parameter target(Value weight) {
    return switch (graph.nodes().get(weight.id()).op()) {
      case Parameter parameter -> pairs.containsKey(weight.id()) ? parameter : null;
      case Slice slice -> slice.axis() == 0 ? target(slice.input()) : null;
      default -> null;
    };
  }

  private Value twoPaths(Linear linear) {
    GraphBuilder g = copy.builder();
    Value input = copy.of(linear.input());
    Value bias = linear.bias();
    Value usual = g.linear(input, copy.of(linear.weight()), bias == null ? null : copy.of(bias));
    Value narrow = g.linear(input, pair(linear.weight()).down, null);
    return g.plus(usual, scaled(g.linear(narrow, rows(linear.weight()), null)));
  }

  private Pair pair(Value weight) {
    return graph.nodes().get(weight.id()).op() instanceof Slice slice
        ? pair(slice.input())
        : Objects.requireNonNull(pairs.get(weight.id()));
  }

  /** Returns the rows of {@code B} that belong to the rows of a weight. */
  private Value rows(Value weight) {
    return graph.nodes().get(weight.id()).op() instanceof Slice slice
        ? copy.builder().slice(rows(slice.input()), 0, slice.start(), slice.end())
        : pair(weight).up;
  }
}
