package org.openclip.models.timm;

import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.Value;

/** Layers of timm's convolutional nets, over pictures {@code [batch, channels, rows, columns]}. */
final class Convolutions {
  /** What batch norms add to the variance. */
  static final double BATCH_NORM_EPSILON = 1e-5;

  private Convolutions() {}

  /**
   * A convolution {@code name.weight}, {@code name.bias} with a bias, padded so that a stride of 1
   * keeps the size.
   *
   * @param groups the number of groups of channels; as many as channels for a depthwise one
   * @param weight how the weight is drawn; the bias starts at zero
   */
  static Value biased(
      GraphBuilder g,
      String name,
      Value x,
      long out,
      int kernel,
      int stride,
      int groups,
      Initializer weight) {
    return windows(g, name, x, out, kernel, stride, padding(kernel, stride), groups, weight);
  }

  /** A convolution whose windows tile the picture, such as a patch embedding. */
  static Value tiles(GraphBuilder g, String name, Value x, long out, int side, Initializer weight) {
    return windows(g, name, x, out, side, side, 0, 1, weight);
  }

  private static Value windows(
      GraphBuilder g,
      String name,
      Value x,
      long out,
      int kernel,
      int stride,
      int padding,
      int groups,
      Initializer weight) {
    long in = x.shape().size(1) / groups;
    GraphBuilder scope = g.scope(name);
    return g.convolution(
        x,
        scope.parameter("weight", weight, out, in, kernel, kernel),
        scope.parameter("bias", Initializer.ZEROS, out),
        stride,
        Pads.all(padding),
        groups);
  }

  /** A convolution {@code conv} without a bias and a batch norm {@code bn}. */
  static Value normed(GraphBuilder g, Value x, long out, int kernel, int stride, int groups) {
    long in = x.shape().size(1) / groups;
    return normed(g, x, out, kernel, stride, groups, Layers.uniform(in * kernel * kernel));
  }

  /** The same with a weight that is drawn in another way. */
  static Value normed(
      GraphBuilder g, Value x, long out, int kernel, int stride, int groups, Initializer weight) {
    long in = x.shape().size(1) / groups;
    Value convolved =
        g.convolution(
            x,
            g.scope("conv").parameter("weight", weight, out, in, kernel, kernel),
            null,
            stride,
            Pads.all(padding(kernel, stride)),
            groups);
    return Layers.batchNorm(g, "bn", convolved, BATCH_NORM_EPSILON);
  }

  private static int padding(int kernel, int stride) {
    return (stride - 1 + kernel - 1) / 2;
  }

  /** A layer norm {@code name.weight}, {@code name.bias} over the channels of each pixel. */
  static Value layerNorm(GraphBuilder g, String name, Value x, double epsilon) {
    return channelsFirst(g, Layers.layerNorm(g, name, channelsLast(g, x), epsilon));
  }

  /** Returns {@code [batch, rows, columns, channels]}. */
  static Value channelsLast(GraphBuilder g, Value x) {
    return g.transpose(x, 0, 2, 3, 1);
  }

  /** Returns {@code [batch, channels, rows, columns]} again. */
  static Value channelsFirst(GraphBuilder g, Value x) {
    return g.transpose(x, 0, 3, 1, 2);
  }

  /** Every element multiplied by a learnt factor of its channel, {@code name [channels, 1, 1]}. */
  static Value layerScale(GraphBuilder g, String name, Value x, double initial) {
    Initializer constant = new Initializer.Constant(initial);
    return g.times(x, g.parameter(name, constant, x.shape().size(1), 1, 1));
  }

  /**
   * Every channel multiplied by a share that a small perceptron {@code fc1}, {@code fc2} computes
   * from the means of all channels (Hu et al. 2017, arXiv 1709.01507).
   *
   * @param hidden the width inside the perceptron
   */
  static Value squeezeExcite(GraphBuilder g, Value x, long hidden) {
    long channels = x.shape().size(1);
    Value means = g.reduce(x, Reduction.MEAN, true, 2, 3);
    Value inner = Layers.convolution(g, "fc1", means, hidden, 1, 1, 0, 1, true);
    inner = g.unary(inner, UnaryFunction.RELU);
    Value outer = Layers.convolution(g, "fc2", inner, channels, 1, 1, 0, 1, true);
    return g.times(x, g.unary(outer, UnaryFunction.SIGMOID));
  }
}
