package org.openclip.train.data;

import org.jspecify.annotations.Nullable;

/**
 * The samples of a dataset again and again, each time in another order, so that an epoch is as long
 * as it was planned whatever the data hold. It ends when a pass has not one sample.
 */
public final class RepeatedSamples implements SampleStream {
  private final Dataset dataset;
  private final Order order;
  private SampleStream stream;
  private int pass;
  private boolean any;

  /**
   * Opens the first pass, which is in the order that is given.
   *
   * @param faults is told what the first pass leaves out; the others leave out the same
   */
  public RepeatedSamples(Dataset dataset, Order order, Faults faults) {
    this.dataset = dataset;
    this.order = order;
    this.stream = dataset.open(order, faults);
  }

  @Override
  public @Nullable Sample next() {
    while (true) {
      Sample sample = stream.next();
      if (sample != null) {
        any = true;
        return sample;
      }
      if (!any) {
        return null;
      }
      any = false;
      stream.close();
      stream = dataset.open(order.again(++pass), Faults.again());
    }
  }

  @Override
  public int pass() {
    return pass;
  }

  @Override
  public void close() {
    stream.close();
  }
}
