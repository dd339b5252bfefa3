package org.openclip.train.command.run;

/**
 * A running mean of losses, in which a sample counts less the more samples came after it. It says
 * the trend, whatever the batch size.
 */
final class LossAverage {
  private final long reach;
  private double value = Double.NaN;

  /**
   * Begins with nothing.
   *
   * @param reach after how many samples one counts the e-th part; 0 for no mean at all
   */
  LossAverage(long reach) {
    this.reach = reach;
  }

  void add(double loss, long samples) {
    double kept = Math.exp(-(double) samples / Math.max(1, reach));
    value = Double.isNaN(value) ? loss : kept * value + (1 - kept) * loss;
  }

  /** Returns whether there is a mean. */
  boolean known() {
    return reach > 0 && !Double.isNaN(value);
  }

  double value() {
    return value;
  }
}
