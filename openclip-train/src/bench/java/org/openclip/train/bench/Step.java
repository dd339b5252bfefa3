package org.openclip.train.bench;

import java.util.Map;

/** A training that goes on step by step, always with the same batch. */
interface Step extends AutoCloseable {
  /** Trains once and returns the loss before the change. */
  double run();

  /** Returns the length of the gradient of each parameter by its name, and changes nothing. */
  Map<String, Double> gradients();

  @Override
  void close();
}
