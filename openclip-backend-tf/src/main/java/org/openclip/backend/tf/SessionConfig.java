package org.openclip.backend.tf;

import org.openclip.api.backend.Device;
import org.openclip.api.backend.Processor;
import org.openclip.backend.tf.runtime.NativeLibrary;
import org.openclip.backend.tf.runtime.Threads;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How sessions run.
 *
 * <p>TensorFlow has one pool of threads for the work inside operations and one for operations, made
 * with the first session of the process: what later ones ask for has no effect.
 *
 * @param threads how the threads are shared out
 * @param proto all of it in TensorFlow's form
 */
record SessionConfig(Threads threads, ConfigProto proto) {
  private static final System.Logger LOG = System.getLogger(SessionConfig.class.getName());

  private static final long WORTH_REWRITING = 1_000_000;

  /**
   * Returns the configuration for a device.
   *
   * @param threads those of the process
   */
  static SessionConfig of(Device device, Threads threads) {
    GPUOptions.Builder gpu = GPUOptions.newBuilder().setAllowGrowth(true);
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads.each())
            .setInterOpParallelismThreads(threads.operations())
            .setAllowSoftPlacement(true);
    if (device.kind() == Device.Kind.CUDA) {
      gpu.setVisibleDeviceList(Integer.toString(device.index()));
    } else {
      config.putDeviceCount("GPU", 0);
    }
    return new SessionConfig(threads, config.setGpuOptions(gpu).build());
  }

  /**
   * Returns how many threads are asked for.
   *
   * @param wanted how many; 0 for as many as there are cores
   * @param processes how many share the cores
   */
  static int count(int wanted, int processes) {
    return wanted > 0 ? wanted : Math.max(1, Processor.physicalCores() / processes);
  }

  /** Returns the threads of the process, and makes them if there are none. */
  static Threads threads(Threads wanted) {
    Threads pool = NativeLibrary.threads(wanted);
    if (pool.all() != wanted.all()) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "TensorFlow runs with the {0} threads that it was started with, not {1}",
          Integer.toString(pool.all()),
          Integer.toString(wanted.all()));
    }
    return pool;
  }

  /**
   * Returns the configuration for a program.
   *
   * @param weights how many numbers its weights have; below a million, rewriting the graph takes
   *     longer than it ever saves
   */
  ConfigProto proto(long weights) {
    if (weights >= WORTH_REWRITING) {
      return proto;
    }
    RewriterConfig none = RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build();
    return proto.toBuilder()
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(none))
        .build();
  }
}
