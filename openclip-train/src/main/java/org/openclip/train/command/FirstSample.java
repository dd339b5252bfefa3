package org.openclip.train.command;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.BooleanSupplier;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;
import org.openclip.train.data.WebDataset;

/** The search for a sample that can be used, before anything is trained or measured by it. */
final class FirstSample {
  private FirstSample() {}

  /**
   * Looks for one in the order in which the samples are stored.
   *
   * @param name of the data, for messages
   * @param stop asked between two samples
   * @throws InvalidInputException when there is none, with what was wrong with the first
   */
  static void find(String name, Dataset dataset, Preparation preparation, BooleanSupplier stop) {
    Dataset once = dataset instanceof WebDataset shards ? shards.once() : dataset;
    Order order = new Order(0, 0, 0, 1);
    Faults faults = new Faults();
    FloatBuffer out =
        Tensor.allocate(4L * preparation.pixels()).order(ByteOrder.nativeOrder()).asFloatBuffer();
    try (SampleStream stream = once.open(order, faults)) {
      for (Sample sample = stream.next(); sample != null; sample = stream.next()) {
        if (stop.getAsBoolean()) {
          return;
        }
        try {
          preparation.prepare(sample, order.sample(0), out.duplicate());
          return;
        } catch (OpenClipException e) {
          faults.skip(sample.key(), String.valueOf(e.getMessage()));
        }
      }
    }
    throw new InvalidInputException(
        "%s: there is not one batch, for not one sample can be used; %d were left out%s"
            .formatted(
                name,
                faults.count(),
                faults.first().map(first -> ", the first: " + first).orElse("")));
  }
}
