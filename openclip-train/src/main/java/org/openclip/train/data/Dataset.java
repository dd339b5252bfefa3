package org.openclip.train.data;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.openclip.api.InvalidInputException;

/** A data set for training, which opens the samples of an epoch. */
public interface Dataset {
  /** Returns the number of samples of an epoch over all ranks; empty when it is unknown. */
  OptionalLong size();

  /**
   * Opens the samples of one rank in one epoch. Their sequence depends on {@code order} only.
   *
   * @param faults counts skipped samples
   */
  SampleStream open(Order order, Faults faults);

  /**
   * Opens those samples of an epoch that were not seen before it goes on with another number of
   * processes.
   *
   * @param faults counts skipped samples
   * @param passed how many samples each process had passed; one list for each number of processes
   *     that there was, in order
   * @throws InvalidInputException when it cannot be told which samples these are
   */
  default SampleStream openRest(Order order, Faults faults, List<List<Long>> passed) {
    throw new InvalidInputException(
        String.format(
            Locale.ROOT,
            "the epoch was started with %d processes, which read separate shards, and cannot"
                + " continue with %d processes without repeating or losing samples; use the same"
                + " number of processes, or a checkpoint from the end of an epoch",
            passed.get(passed.size() - 1).size(),
            order.ranks()));
  }

  /** Returns a text that is the same for the same samples, at any location. */
  default String fingerprint() {
    return size().isPresent() ? size().getAsLong() + " samples" : "samples of unknown number";
  }
}
