package org.openclip.api.graph;

import org.openclip.api.graph.NeuralOp.Pads;

/**
 * Layers with their parameters, named as in PyTorch's modules. Parameters are initialised as in
 * PyTorch unless an initializer is given.
 */
public final class Layers {
  private Layers() {}

  /**
   * Returns PyTorch's default initializer of linear layers and convolutions, uniform with the bound
   * {@code 1/√fanIn}.
   */
  public static Initializer.Uniform uniform(long fanIn) {
    return new Initializer.Uniform(1 / Math.sqrt((double) fanIn));
  }

  /**
   * A linear layer {@code name.weight [out, in]}, {@code name.bias [out]} over the last axis.
   *
   * @param out the width of the result
   */
  public static Value linear(GraphBuilder graph, String name, Value input, long out) {
    return linear(graph, name, input, out, true, uniform(input.shape().size(-1)));
  }

  /** A linear layer, with or without a bias, with an initializer for its weight. */
  public static Value linear(
      GraphBuilder graph, String name, Value input, long out, boolean bias, Initializer weight) {
    long in = input.shape().size(-1);
    GraphBuilder scope = graph.scope(name);
    return graph.linear(
        input,
        scope.parameter("weight", weight, out, in),
        bias ? scope.parameter("bias", uniform(in), out) : null);
  }

  /** A layer normalisation {@code name.weight}, {@code name.bias} over the last axis. */
  public static Value layerNorm(GraphBuilder graph, String name, Value input, double epsilon) {
    long width = input.shape().size(-1);
    GraphBuilder scope = graph.scope(name);
    return graph.layerNorm(
        input,
        scope.parameter("weight", Initializer.ONES, width),
        scope.parameter("bias", Initializer.ZEROS, width),
        epsilon);
  }

  /**
   * A convolution {@code name.weight [out, in / groups, kernel, kernel]}, {@code name.bias [out]}
   * of an image {@code [batch, in, height, width]}.
   */
  public static Value convolution(
      GraphBuilder graph,
      String name,
      Value input,
      long out,
      int kernel,
      int stride,
      int padding,
      int groups,
      boolean bias) {
    long in = input.shape().size(1) / groups;
    GraphBuilder scope = graph.scope(name);
    Initializer initializer = uniform(in * kernel * kernel);
    return graph.convolution(
        input,
        scope.parameter("weight", initializer, out, in, kernel, kernel),
        bias ? scope.parameter("bias", initializer, out) : null,
        stride,
        Pads.all(padding),
        groups);
  }

  /**
   * A batch normalisation {@code name.weight}, {@code .bias}, {@code .running_mean}, … of axis 1.
   */
  public static Value batchNorm(GraphBuilder graph, String name, Value input, double epsilon) {
    return batchNorm(graph, name, input, epsilon, Initializer.ONES);
  }

  /** A batch normalisation whose weight has an initializer of its own. */
  public static Value batchNorm(
      GraphBuilder graph, String name, Value input, double epsilon, Initializer weight) {
    long channels = input.shape().size(1);
    GraphBuilder scope = graph.scope(name);
    // Nothing reads it, but a checkpoint of the reference holds it.
    scope.counter("num_batches_tracked");
    return graph.add(
        new NeuralOp.BatchNorm(
            input,
            scope.parameter("weight", weight, channels),
            scope.parameter("bias", Initializer.ZEROS, channels),
            scope.buffer("running_mean", Initializer.ZEROS, channels),
            scope.buffer("running_var", Initializer.ONES, channels),
            epsilon,
            0.1));
  }

  /**
   * Layer scale: multiplies every element by a learnt factor of its channel, {@code name [width]}.
   */
  public static Value layerScale(GraphBuilder graph, String name, Value input, double initial) {
    long width = input.shape().size(-1);
    return graph.times(input, graph.parameter(name, new Initializer.Constant(initial), width));
  }
}
