package org.openclip.api.graph;

import org.openclip.api.tensor.Tensor;

/** The initial value of a parameter when a model is trained from scratch. */
public sealed interface Initializer {
  /** All zeros. */
  Initializer ZEROS = new Constant(0);

  /** All ones. */
  Initializer ONES = new Constant(1);

  /**
   * The same number everywhere.
   *
   * @param value the number
   */
  record Constant(double value) implements Initializer {}

  /**
   * A normal distribution around zero.
   *
   * @param deviation its standard deviation
   */
  record Normal(double deviation) implements Initializer {}

  /**
   * A normal distribution around zero, cut at two standard deviations.
   *
   * @param deviation the standard deviation before the cut
   */
  record TruncatedNormal(double deviation) implements Initializer {}

  /**
   * A uniform distribution around zero.
   *
   * @param bound the largest absolute value
   */
  record Uniform(double bound) implements Initializer {}

  /**
   * Given numbers.
   *
   * @param tensor the numbers, of the parameter's shape
   */
  record Table(Tensor tensor) implements Initializer {}
}
