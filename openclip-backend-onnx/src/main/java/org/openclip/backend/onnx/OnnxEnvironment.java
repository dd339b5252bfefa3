package org.openclip.backend.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The runtime's environment, of which a process has one. */
final class OnnxEnvironment {
  /**
   * How much of the stack the runtime may need when it starts, in bytes. It matches the command
   * line of the process against regular expressions that recurse at every character: with a class
   * path of 4 KB the usual stack of 1 MB is not enough, and the process dies. Only what is used of
   * it takes memory.
   */
  private static final long STACK = 512L << 20;

  private OnnxEnvironment() {}

  /**
   * Returns the environment, started if need be.
   *
   * @throws OrtException when the runtime does not start
   */
  static OrtEnvironment start() throws OrtException {
    FutureTask<OrtEnvironment> task =
        new FutureTask<>(
            () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL));
    try {
      new Thread(null, task, "onnxruntime-start", STACK).start();
    } catch (OutOfMemoryError e) {
      // No address space for such a stack; the command line is short as a rule.
      task.run();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // It starts within milliseconds, and cannot be stopped.
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static OrtException failure(ExecutionException e) {
    if (e.getCause() instanceof OrtException failure) {
      return failure;
    }
    if (e.getCause() instanceof RuntimeException failure) {
      throw failure;
    }
    if (e.getCause() instanceof Error failure) {
      throw failure;
    }
    throw new IllegalStateException(e.getCause());
  }
}
