package org.openclip.train.data;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * Repeats the samples of a data set, each time in another order, so that an epoch has its planned
 * length whatever the data contain. It ends when a pass has no sample. Another pass begins only
 * when a sample is requested, so that an epoch that fits the data opens nothing needlessly.
 */
public final class RepeatedSamples implements SampleStream {
  private final Dataset dataset;
  private final Order order;
  private SampleStream stream;
  private int pass;
  private boolean any;
  private boolean demanded;

  /**
   * Opens the first pass, which is in the order that is given.
   *
   * @param faults is told what the first pass leaves out; the others leave out the same
   */
  public RepeatedSamples(Dataset dataset, Order order, Faults faults) {
    this(dataset, order, faults, List.of());
  }

  /**
   * Opens the first pass where other processes have left it.
   *
   * @param before how far each of them had come; none for a pass from its beginning
   */
  public RepeatedSamples(Dataset dataset, Order order, Faults faults, List<List<Long>> before) {
    this.dataset = dataset;
    this.order = order;
    this.stream =
        before.isEmpty() ? dataset.open(order, faults) : dataset.openRest(order, faults, before);
  }

  @Override
  public @Nullable Sample next() {
    while (true) {
      Sample sample = stream.next();
      if (sample != null) {
        any = true;
        demanded(false);
        return sample;
      }
      if (!any) {
        return null;
      }
      awaitDemand();
      any = false;
      stream.close();
      stream = dataset.open(order.again(++pass), Faults.again());
    }
  }

  @Override
  public void demand() {
    demanded(true);
  }

  private synchronized void demanded(boolean is) {
    demanded = is;
    notifyAll();
  }

  private synchronized void awaitDemand() {
    try {
      while (!demanded) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenClipException("interrupted before another pass over the data began", e);
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
