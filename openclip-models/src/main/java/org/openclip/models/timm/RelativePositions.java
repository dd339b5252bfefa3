package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * A bias of the scores that a small perceptron computes from the distance of two patches, on a
 * logarithmic scale (Liu et al. 2021, Swin Transformer V2, arXiv 2111.09883).
 *
 * @param gridHeight rows of patches
 * @param gridWidth columns of patches
 * @param prefix how many tokens before the patches have no bias
 * @param heads the number of attention heads
 * @param hidden the width inside the perceptron
 */
record RelativePositions(int gridHeight, int gridWidth, int prefix, int heads, int hidden) {
  /** Returns positions whose perceptron every block has for itself, as {@code rel_pos.mlp}. */
  TransformerBlocks.Positions in(GraphBuilder g) {
    int patches = gridHeight * gridWidth;
    Value distances = g.constant(distances());
    Value indices = g.constant(indices(gridHeight, gridWidth));
    return new TransformerBlocks.Positions() {
      @Override
      public Value bias(GraphBuilder attention) {
        GraphBuilder mlp = attention.scope("rel_pos.mlp");
        Value inner = TransformerBlocks.linear(mlp, "fc1", distances, hidden, true);
        inner = g.unary(inner, UnaryFunction.RELU);
        Value table = TransformerBlocks.linear(mlp, "fc2", inner, heads, true);
        Value pairs = g.embedding(table, indices);
        Value byHead =
            g.reshape(
                g.transpose(pairs, 1, 0),
                Dim.of(1),
                Dim.of(heads),
                Dim.of(patches),
                Dim.of(patches));
        List<Integer> before = List.of(0, 0, prefix, prefix);
        return g.add(new LayoutOp.Pad(byHead, before, List.of(0, 0, 0, 0), 0));
      }
    };
  }

  /** Returns {@code float[distances, 2]}: rows and columns apart, by sign and logarithm. */
  private Tensor distances() {
    float[] table = new float[(2 * gridHeight - 1) * (2 * gridWidth - 1) * 2];
    int at = 0;
    for (int y = 1 - gridHeight; y < gridHeight; y++) {
      for (int x = 1 - gridWidth; x < gridWidth; x++) {
        table[at++] = (float) (Integer.signum(y) * Math.log1p(Math.abs(y)));
        table[at++] = (float) (Integer.signum(x) * Math.log1p(Math.abs(x)));
      }
    }
    return Tensor.of(table, at / 2, 2);
  }

  /**
   * Returns for every pair of patches of a grid the row of its distance in a table of all
   * distances, {@code int64[patches²]}.
   */
  static Tensor indices(int height, int width) {
    int patches = height * width;
    long[] indices = new long[patches * patches];
    for (int query = 0; query < patches; query++) {
      for (int key = 0; key < patches; key++) {
        int y = query / width - key / width + height - 1;
        int x = query % width - key % width + width - 1;
        indices[query * patches + key] = (long) y * (2 * width - 1) + x;
      }
    }
    return Tensor.of(indices, indices.length);
  }
}
