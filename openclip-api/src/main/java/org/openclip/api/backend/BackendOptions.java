package org.openclip.api.backend;

import org.openclip.api.InvalidInputException;

/**
 * How a backend runs its programs.
 *
 * @param device where
 * @param precision in which type of numbers
 * @param threads how many threads one run may use on the CPU; 0 lets the backend choose by the size
 *     of the work, at most the physical cores
 * @param spin whether threads that work on one run wait for each other by spinning, for a
 *     millisecond at most, before they sleep; runs are faster so, and cost more where other
 *     processes want the cores
 * @param world the processes that train together; backends that do not train do not look at it
 */
public record BackendOptions(
    Device device, Precision precision, int threads, boolean spin, World world) {
  /** The device that there is, float32, threads by the size of the work, which spin. */
  public static final BackendOptions DEFAULT =
      new BackendOptions(Device.AUTO, Precision.FLOAT32, 0);

  /** Checks that the number of threads is not negative. */
  public BackendOptions {
    if (threads < 0 || threads > 1024) {
      throw new InvalidInputException(
          "threads is " + threads + ", but must be from 0 (by the size of the work) to 1024");
    }
  }

  /** Creates options of threads that spin, in a process that needs no other. */
  public BackendOptions(Device device, Precision precision, int threads) {
    this(device, precision, threads, true, World.ALONE);
  }

  /** Creates options of a process that needs no other. */
  public BackendOptions(Device device, Precision precision, int threads, boolean spin) {
    this(device, precision, threads, spin, World.ALONE);
  }

  /** Creates options of threads that spin, in a process that trains with others. */
  public BackendOptions(Device device, Precision precision, int threads, World world) {
    this(device, precision, threads, true, world);
  }

  /** Returns the same options on another device. */
  public BackendOptions withDevice(Device other) {
    return new BackendOptions(other, precision, threads, spin, world);
  }

  /** Returns the same options with another type of numbers. */
  public BackendOptions withPrecision(Precision other) {
    return new BackendOptions(device, other, threads, spin, world);
  }

  /** Returns the same options with another number of threads. */
  public BackendOptions withThreads(int other) {
    return new BackendOptions(device, precision, other, spin, world);
  }

  /** Returns the same options with threads that spin, or do not. */
  public BackendOptions withSpin(boolean other) {
    return new BackendOptions(device, precision, threads, other, world);
  }
}
