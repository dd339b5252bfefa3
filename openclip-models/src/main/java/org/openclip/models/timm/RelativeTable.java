package org.openclip.models.timm;

import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * A learnt bias of the scores for every distance of two patches in a window (Liu et al. 2021, Swin
 * Transformer, arXiv 2103.14030).
 *
 * @param height rows of the window
 * @param width columns of the window
 * @param heads the number of attention heads
 */
record RelativeTable(int height, int width, int heads) {
  private static final String NAME = "relative_position_bias_table";

  /**
   * Returns what is added to the scores.
   *
   * @param attention a builder in the attention's scope
   * @return {@code [1, heads, height * width, height * width]}
   */
  Value bias(GraphBuilder attention) {
    long distances = (2L * height - 1) * (2L * width - 1);
    Value table = attention.parameter(NAME, new Initializer.Normal(0.02), distances, heads);
    Value indices = attention.constant(RelativePositions.indices(height, width));
    Value pairs = attention.transpose(attention.embedding(table, indices), 1, 0);
    Dim area = Dim.of((long) height * width);
    return attention.reshape(pairs, Dim.of(1), Dim.of(heads), area, area);
  }

  /**
   * Returns weights whose table fits another window: the old distances are spread over the new ones
   * in steps that grow outwards (Bao et al. 2021, BEiT, arXiv 2106.08254), and the bias between
   * them is linear. A checkpoint without the table, or whose table is not square, is returned as it
   * is.
   *
   * @param scope the attention's scope with its dot
   * @param height rows of the new window
   * @param width columns of the new window
   */
  static Weights fit(Weights weights, String scope, int height, int width) {
    String name = scope + NAME;
    int rows = 2 * height - 1;
    int columns = 2 * width - 1;
    if (!weights.names().contains(name)) {
      return weights;
    }
    Tensor old = weights.get(name);
    long[] shape = old.shape();
    int side = (int) Math.round(Math.sqrt((double) shape[0]));
    boolean square = shape.length == 2 && side > 1 && (long) side * side == shape[0];
    if (!square || (side == rows && side == columns)) {
      return weights;
    }
    int heads = (int) shape[1];
    float[] values = old.toFloats();
    double[][] down = shares(side, rows);
    double[][] across = shares(side, columns);
    float[] fitted = new float[rows * columns * heads];
    for (int to = 0; to < rows * columns; to++) {
      for (int from = 0; from < side * side; from++) {
        double share = down[to / columns][from / side] * across[to % columns][from % side];
        for (int head = 0; head < heads && share != 0; head++) {
          fitted[to * heads + head] += (float) (share * values[from * heads + head]);
        }
      }
    }
    return weights.replacing(name, Tensor.of(fitted, (long) rows * columns, heads));
  }

  /** Returns for every new distance the share of every old one. */
  private static double[][] shares(int from, int to) {
    double[] places = places(from, to);
    double[][] shares = new double[to][from];
    int middle = to / 2;
    for (int i = 0; i < to; i++) {
      double place = i - middle;
      int right = 0;
      while (right < from - 1 && places[right] < place) {
        right++;
      }
      int left = Math.max(right - 1, 0);
      double gap = places[right] - places[left];
      double share = gap == 0 ? 1 : Math.clamp((place - places[left]) / gap, 0.0, 1.0);
      shares[i][left] = 1 - share;
      shares[i][right] += share;
    }
    return shares;
  }

  /** Returns where the old distances lie among the new ones: steps are powers of one ratio. */
  private static double[] places(int from, int to) {
    int steps = from / 2;
    int farthest = to / 2;
    double low = 1.01;
    double high = 1.5;
    double ratio = low;
    while (high - low > 1e-6) {
      ratio = (low + high) / 2;
      if ((1 - Math.pow(ratio, steps)) / (1 - ratio) > farthest) {
        high = ratio;
      } else {
        low = ratio;
      }
    }
    double[] places = new double[from];
    double place = 0;
    for (int step = 1; step <= steps; step++) {
      place += Math.pow(ratio, step - 1);
      places[steps + step] = place;
      places[steps - step] = -place;
    }
    return places;
  }
}
