package org.openclip.hub.cli.benchmark;

import java.util.Set;

/** What runs a model in a benchmark: a loaded model, or a program from elsewhere. */
interface Side extends AutoCloseable {
  /** Returns its name in the results. */
  String name();

  /** Returns the number of threads that was asked for; 0 for the default. */
  int threads();

  /** Returns what it can do with a batch of a size. */
  Set<Work> works(int batch);

  /**
   * Does a piece of work once.
   *
   * @return something that depends on the result
   */
  Object run(Work work, int batch);

  /** Returns the work of a call in billions of floating-point operations; 0 when unknown. */
  double gflops(Work work, int batch);

  /** Returns the rate of a large matrix product, in GFLOP/s; 0 when it cannot be measured. */
  double peak();

  /** Returns by how many bytes the process has grown with it; 0 when unknown. */
  long memory();

  @Override
  void close();
}
