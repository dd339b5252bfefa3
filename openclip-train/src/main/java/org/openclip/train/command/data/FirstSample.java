package org.openclip.train.command.data;

import java.util.function.BooleanSupplier;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.shard.WebDataset;

/** Checks before a training or an evaluation that the data contain a usable sample. */
public final class FirstSample {
  private FirstSample() {}

  /**
   * Looks for one in the order in which the samples are stored.
   *
   * @param name of the data, for messages
   * @param stop asked while samples are waited for
   * @throws InvalidInputException when there is none, with what was wrong with the first
   */
  public static void find(
      String name, Dataset dataset, Preparation preparation, BooleanSupplier stop) {
    Dataset once = dataset instanceof WebDataset shards ? shards.once() : dataset;
    Order order = new Order(0, 0, 0, 1);
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(once.open(order, faults), order, preparation, 1, 1, 0, false, faults)) {
      if (loader.next(stop) != null || stop.getAsBoolean()) {
        return;
      }
    }
    throw new InvalidInputException(
        "%s: no batch can be built: %s"
            .formatted(
                name,
                faults
                    .first()
                    .map(
                        first ->
                            "no sample is usable; %s were skipped, the first: %s"
                                .formatted(faults.count(), first))
                    .orElse("the data contain no samples")));
  }
}
