package org.openclip.models.attention;

import java.util.function.UnaryOperator;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * Rotary positions of a grid of patches (Su et al. 2021, arXiv 2104.09864; for pictures Fang et al.
 * 2023, arXiv 2303.11331): neighbouring channels of a head are turned by an angle, in the first
 * half of the head by the one coordinate of the patch, in the second half by the other.
 *
 * @param gridHeight rows of patches
 * @param gridWidth columns of patches
 * @param prefix how many tokens before the patches stay as they are
 * @param headWidth the width of a head, divisible by 4
 * @param offset what is added to each coordinate
 * @param columnFirst whether the first half of a head turns by the column rather than by the row
 * @param temperature the base of the angles' falling speeds
 * @param referenceSide the side of the grid at pretraining, to which coordinates are scaled; 0 for
 *     none
 */
public record RotaryGrid(
    int gridHeight,
    int gridWidth,
    int prefix,
    int headWidth,
    double offset,
    boolean columnFirst,
    double temperature,
    int referenceSide) {
  /** Returns what turns queries and keys {@code [batch, prefix + patches, width]}. */
  public UnaryOperator<Value> turn(GraphBuilder g) {
    int rows = prefix + gridHeight * gridWidth;
    float[] cosines = new float[rows * headWidth];
    float[] sines = new float[rows * headWidth];
    for (int row = 0; row < rows; row++) {
      for (int channel = 0; channel < headWidth; channel++) {
        double angle = row < prefix ? 0 : angle(row - prefix, channel);
        cosines[row * headWidth + channel] = (float) Math.cos(angle);
        sines[row * headWidth + channel] = (float) Math.sin(angle);
      }
    }
    Value cosine = g.constant(Tensor.of(cosines, rows, 1, headWidth));
    Value sine = g.constant(Tensor.of(sines, rows, 1, headWidth));
    return x -> turn(g, x, cosine, sine);
  }

  private double angle(int patch, int channel) {
    int pairs = headWidth / 4;
    int pair = channel / 2;
    boolean row = (pair < pairs) != columnFirst;
    double coordinate = offset + (row ? patch / gridWidth : patch % gridWidth);
    if (referenceSide > 0) {
      coordinate = coordinate / (row ? gridHeight : gridWidth) * referenceSide;
    }
    return coordinate * Math.pow(temperature, -(double) (pair % pairs) / pairs);
  }

  /** Returns {@code x · cos + x′ · sin}, where x′ is x with each pair turned by a right angle. */
  private Value turn(GraphBuilder g, Value x, Value cosine, Value sine) {
    Dim batch = x.shape().dim(0);
    Dim rows = x.shape().dim(1);
    Dim heads = Dim.of(x.shape().size(2) / headWidth);
    Value perHead = g.reshape(x, batch, rows, heads, Dim.of(headWidth));
    Value pairs = g.reshape(x, batch, rows, Dim.of(x.shape().size(2) / 2), Dim.of(2));
    Value left = g.slice(pairs, -1, 0, 1);
    Value right = g.unary(g.slice(pairs, -1, 1, 2), UnaryFunction.NEGATE);
    Value turned = g.reshape(g.concat(-1, right, left), batch, rows, heads, Dim.of(headWidth));
    Value sum = g.plus(g.times(perHead, cosine), g.times(turned, sine));
    Shape shape = x.shape();
    return g.reshape(sum, shape.dims().toArray(Dim[]::new));
  }
}
