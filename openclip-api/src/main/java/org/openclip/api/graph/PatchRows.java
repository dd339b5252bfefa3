package org.openclip.api.graph;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LayoutOp.Concat;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Pool;

/** Which rows of the sequences of an image tower are patches, and where these lie in its image. */
final class PatchRows {
  private final Graph graph;
  private final Dependence fromImage;
  private final Value image;

  /**
   * Creates the search.
   *
   * @param image the tower's first input, {@code [batch, 3, height, width]}, or the patches of
   *     images of any shape, {@code [batch, length, numbers]}
   */
  PatchRows(Graph graph, Dependence fromImage, Value image) {
    this.graph = graph;
    this.fromImage = fromImage;
    this.image = image;
  }

  /**
   * The patches of a sequence.
   *
   * @param start the number of the first patch's row; class tokens and registers come before it
   * @param origin the value that the sequence began as
   */
  private record Origin(int start, Value origin) {}

  /** Returns the number of rows before the patches of a sequence {@code [batch, rows, width]}. */
  int start(Value sequence) {
    return origin(sequence).start();
  }

  private Origin origin(Value sequence) {
    int start = 0;
    Value at = sequence;
    while (at.shape().rank() == 3) {
      Op op = op(at);
      if (op instanceof Concat concat && concat.axis() == 1) {
        List<Value> parts = concat.parts();
        for (Value part : parts.subList(0, parts.size() - 1)) {
          start += Math.toIntExact(part.shape().size(1));
        }
        at = parts.getLast();
        continue;
      }
      if (op instanceof Slice slice && slice.axis() == 1) {
        start -= Math.toIntExact(slice.start().size());
      }
      Optional<Value> before = before(op);
      if (before.isEmpty()) {
        break;
      }
      at = before.get();
    }
    return new Origin(start, at);
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  /** Follows the residual stream: of what an operator reads, what was computed first. */
  private Optional<Value> before(Op op) {
    List<Value> inputs = op instanceof Attention a ? List.of(a.value()) : op.inputs();
    return inputs.stream().filter(fromImage::holds).min(Comparator.comparingInt(Value::id));
  }

  /** Returns the grid of a sequence's patches; null when each image has a grid of its own. */
  @Nullable DenseGrid grid(Value sequence) {
    if (image.shape().rank() != 4) {
      return null;
    }
    Origin origin = origin(sequence);
    long patches = sequence.shape().size(1) - origin.start();
    Optional<Value> next = Optional.of(origin.origin());
    while (next.isPresent() && !next.get().equals(image)) {
      Value at = next.get();
      int rows = rowAxis(at.shape(), patches);
      if (rows > 0) {
        return grid(at, rows);
      }
      next = before(op(at));
    }
    Shape pixels = image.shape();
    double side = Math.sqrt((double) pixels.size(2) * pixels.size(3) / patches);
    long rows = Math.round(pixels.size(2) / side);
    if (rows < 1 || patches % rows != 0) {
      throw new NotDenseException("its " + patches + " patches are in no grid");
    }
    return DenseGrid.of(pixels, rows, patches / rows, 0, 0);
  }

  private static int rowAxis(Shape shape, long patches) {
    if (shape.rank() != 4 || !shape.without(0).fixed()) {
      return -1;
    }
    return shape.size(2) * shape.size(3) == patches
        ? 2
        : shape.size(1) * shape.size(2) == patches ? 1 : -1;
  }

  /**
   * Returns the grid of a feature map.
   *
   * @param map four axes, of which the first is the batch
   * @param rows the axis of its rows; that of its columns comes next
   */
  DenseGrid grid(Value map, int rows) {
    long down = 1;
    long across = 1;
    Optional<Value> next = Optional.of(map);
    while (next.isPresent()) {
      Op op = op(next.get());
      if (op instanceof Convolution convolution) {
        down *= convolution.strideHeight();
        across *= convolution.strideWidth();
      } else if (op instanceof Pool pool) {
        down *= pool.strideHeight();
        across *= pool.strideWidth();
      }
      next = before(op);
    }
    Shape shape = map.shape();
    return DenseGrid.of(image.shape(), shape.size(rows), shape.size(rows + 1), down, across);
  }
}
