package org.openclip.train.data;

import java.util.OptionalLong;

/** Samples that a training goes through epoch by epoch. */
public interface Dataset {
  /** Returns how many samples an epoch has on all ranks together; empty when nobody knows. */
  OptionalLong size();

  /**
   * Opens the samples of one rank in one epoch, in the order that follows from {@code order} alone.
   *
   * @param faults is told what is left out
   */
  SampleStream open(Order order, Faults faults);
}
