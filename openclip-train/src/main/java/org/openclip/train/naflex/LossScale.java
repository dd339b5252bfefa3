package org.openclip.train.naflex;

/** How the gradients of a batch are scaled by its size, relative to a usual size. */
public enum LossScale {
  /** Each batch counts the same. */
  NONE,
  /** By the relative size: each sample counts the same. */
  LINEAR,
  /** By the square root of the relative size. */
  SQRT;

  /**
   * Returns the factor of a batch.
   *
   * @param size of the batch
   * @param usual the size of a batch whose factor is 1
   */
  public double factor(long size, int usual) {
    double relative = (double) size / usual;
    return switch (this) {
      case NONE -> 1;
      case LINEAR -> relative;
      case SQRT -> Math.sqrt(relative);
    };
  }
}
