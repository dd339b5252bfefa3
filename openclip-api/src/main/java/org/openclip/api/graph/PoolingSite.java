package org.openclip.api.graph;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Clamp;
import org.openclip.api.graph.ArithmeticOp.Reduce;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Unary;
import org.openclip.api.graph.LayoutOp.Reshape;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.L2Normalize;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.RmsNorm;
import org.openclip.api.graph.TrainingOp.DropPath;
import org.openclip.api.graph.TrainingOp.Dropout;

/**
 * The place in the graph of an image tower where the rows of a picture become one vector: a mean, a
 * maximum, or the choice of one row.
 */
final class PoolingSite {
  private static final Set<List<Integer>> GRID_AXES = Set.of(List.of(1, 2), List.of(2, 3));

  private final Graph graph;
  private final Dependence fromImage;
  private @Nullable Value source;
  private int row = -1;
  private int rowAxis = 1;
  private boolean mean;

  private PoolingSite(Graph graph, Dependence fromImage) {
    this.graph = graph;
    this.fromImage = fromImage;
  }

  /**
   * Finds the pooling in front of a value.
   *
   * @param features {@code [batch, width]}
   * @throws NotDenseException when there is none of a known kind
   */
  static PoolingSite of(Graph graph, Dependence fromImage, Value features) {
    PoolingSite site = new PoolingSite(graph, fromImage);
    site.search(features);
    if (site.source == null) {
      throw new NotDenseException("its features do not depend on the image");
    }
    return site;
  }

  /** Returns what is pooled: a sequence {@code [batch, rows, width]} or a grid. */
  Value source() {
    return Objects.requireNonNull(source);
  }

  /** Returns the number of the row that is chosen; -1 when all are pooled. */
  int row() {
    return row;
  }

  /** Returns whether the mean of the rows is taken. */
  boolean mean() {
    return mean;
  }

  /** Returns the axis of the rows of a grid, 1 or 2, after which that of its columns comes. */
  int rowAxis() {
    return rowAxis;
  }

  /**
   * Returns the attention whose results are pooled, such as that of a learnt query; null when what
   * is pooled is the output of residual blocks.
   */
  @Nullable Node attention() {
    Value at = source();
    while (true) {
      Node node = graph.nodes().get(at.id());
      Op op = node.op();
      if (op instanceof Attention) {
        return node;
      }
      List<Value> inputs = op.inputs().stream().filter(fromImage::holds).toList();
      if (!isPerRow(op) || inputs.size() != 1) {
        return null;
      }
      at = inputs.getFirst();
    }
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  private void search(Value value) {
    if (!fromImage.holds(value)) {
      return;
    }
    Op op = op(value);
    Value pooled = pooled(op);
    if (pooled != null) {
      found(pooled, chosen(op));
      mean |= op instanceof Binary || (op instanceof Reduce r && r.reduction() == Reduction.MEAN);
      rowAxis = op instanceof Reduce reduce ? reduce.axes().getFirst() : 1;
    } else if (isPerRow(op)) {
      op.inputs().forEach(this::search);
    } else {
      throw new NotDenseException(
          "its features are pooled by "
              + op.label()
              + ", but must be pooled by a mean, a maximum, a class token or attention");
    }
  }

  private void found(Value pooled, int chosen) {
    if (source != null && (!source.equals(pooled) || row != chosen)) {
      throw new NotDenseException("its features are pooled in two places");
    }
    source = pooled;
    row = chosen;
  }

  /** Returns what an operator pools; null when it does not. */
  @Nullable Value pooled(Op op) {
    return switch (op) {
      case Reduce reduce when isMean(reduce) -> reduce.input();
      case Reshape reshape when op(reshape.input()) instanceof Slice slice && isRow(slice) ->
          slice.input();
      case Binary(Value left, Value right, BinaryFunction function)
          when function == BinaryFunction.DIVIDE
              && op(left) instanceof Reduce sum
              && sum.reduction() == Reduction.SUM
              && op(sum.input()) instanceof Binary product
              && product.function() == BinaryFunction.MULTIPLY
              && product.right().shape().dim(-1).equals(Dim.of(1)) ->
          product.left();
      default -> null;
    };
  }

  private int chosen(Op op) {
    return op instanceof Reshape reshape && op(reshape.input()) instanceof Slice slice
        ? Math.toIntExact(slice.start().size())
        : -1;
  }

  private static boolean isMean(Reduce reduce) {
    boolean rows = reduce.input().shape().rank() == 3 && reduce.axes().equals(List.of(1));
    boolean grid = reduce.input().shape().rank() == 4 && GRID_AXES.contains(reduce.axes());
    return (rows || grid) && !reduce.keep() && reduce.reduction() != Reduction.SUM;
  }

  private static boolean isRow(Slice slice) {
    return slice.axis() == 1
        && slice.input().shape().rank() == 3
        && slice.start().fixed()
        && slice.end().minus(slice.start()).equals(Dim.of(1));
  }

  /** Returns whether an operator computes each row of a sequence from that row alone. */
  private boolean isPerRow(Op op) {
    return switch (op) {
      case MatMul product -> !fromImage.holds(product.right());
      case Linear l -> true;
      case LayerNorm l -> true;
      case RmsNorm l -> true;
      case L2Normalize l -> true;
      case Gelu l -> true;
      case Unary l -> true;
      case Clamp l -> true;
      case Binary l -> true;
      case Dropout l -> true;
      case DropPath l -> true;
      default -> false;
    };
  }
}
