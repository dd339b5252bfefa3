package org.openclip.api.backend;

import org.openclip.api.InvalidInputException;

/**
 * The options of a backend: device, precision and threads.
 *
 * @param device the device that runs the programs
 * @param precision the floating-point type of the computation
 * @param threads the largest number of CPU threads of one run; 0 lets the backend choose by the
 *     size of the work, up to the number of physical cores
 * @param spin whether the threads of one run spin for up to a millisecond while they wait for each
 *     other, before they sleep; runs are faster with spinning, but cost more if other processes
 *     need the cores
 * @param pack whether a backend copies weights into a layout of its own when it opens a program, if
 *     its runtime can; runs are faster with packed weights, but opening takes longer, and the copy
 *     needs memory
 * @param world the processes of a distributed training; backends that do not train ignore it
 */
public record BackendOptions(
    Device device, Precision precision, int threads, boolean spin, boolean pack, World world) {
  /**
   * The available device, float32, threads by the size of the work, with spinning and packed
   * weights.
   */
  public static final BackendOptions DEFAULT =
      new BackendOptions(Device.AUTO, Precision.FLOAT32, 0);

  /** Checks that the number of threads is not negative. */
  public BackendOptions {
    if (threads < 0 || threads > 1024) {
      throw new InvalidInputException(
          "threads is " + threads + ", but must be from 0 (automatic) to 1024");
    }
  }

  /** Creates options with spinning, for a single process. */
  public BackendOptions(Device device, Precision precision, int threads) {
    this(device, precision, threads, true, true, World.ALONE);
  }

  /** Creates options for a single process. */
  public BackendOptions(Device device, Precision precision, int threads, boolean spin) {
    this(device, precision, threads, spin, true, World.ALONE);
  }

  /** Creates options with spinning, for a process of a distributed training. */
  public BackendOptions(Device device, Precision precision, int threads, World world) {
    this(device, precision, threads, true, true, world);
  }

  /** Returns the same options on another device. */
  public BackendOptions withDevice(Device other) {
    return new BackendOptions(other, precision, threads, spin, pack, world);
  }

  /** Returns the same options with another precision. */
  public BackendOptions withPrecision(Precision other) {
    return new BackendOptions(device, other, threads, spin, pack, world);
  }

  /** Returns the same options with another number of threads. */
  public BackendOptions withThreads(int other) {
    return new BackendOptions(device, precision, other, spin, pack, world);
  }

  /** Returns the same options with spinning on or off. */
  public BackendOptions withSpin(boolean other) {
    return new BackendOptions(device, precision, threads, other, pack, world);
  }

  /** Returns the same options with or without packed weights. */
  public BackendOptions withPack(boolean other) {
    return new BackendOptions(device, precision, threads, spin, other, world);
  }
}
