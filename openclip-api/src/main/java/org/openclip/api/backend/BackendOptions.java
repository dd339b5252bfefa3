package org.openclip.api.backend;

import org.openclip.api.InvalidInputException;

/**
 * How a backend runs its programs.
 *
 * @param device where
 * @param precision in which type of numbers
 * @param threads how many threads one run may use on the CPU; 0 lets the backend take the physical
 *     cores
 * @param world the processes that train together; backends that do not train do not look at it
 */
public record BackendOptions(Device device, Precision precision, int threads, World world) {
  /** The device that there is, float32, and all cores. */
  public static final BackendOptions DEFAULT =
      new BackendOptions(Device.AUTO, Precision.FLOAT32, 0);

  /** Creates options of a process that needs no other. */
  public BackendOptions(Device device, Precision precision, int threads) {
    this(device, precision, threads, World.ALONE);
  }

  /** Checks that the number of threads is not negative. */
  public BackendOptions {
    if (threads < 0 || threads > 1024) {
      throw new InvalidInputException(
          "threads is " + threads + ", but must be from 0 (all cores) to 1024");
    }
  }
}
