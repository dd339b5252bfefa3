package org.openclip.backend.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The runtime's environment, of which a process has one. */
final class OnnxEnvironment {
  private static volatile boolean started;

  private OnnxEnvironment() {}

  /**
   * Returns the environment, started if need be.
   *
   * @throws OrtException when the runtime does not start, or has no room for its stack
   */
  static OrtEnvironment start() throws OrtException {
    StartStack stack = started ? StartStack.USUAL : StartStack.ofThisProcess();
    String refusal = stack.refusal();
    if (refusal != null) {
      throw new OrtException(refusal);
    }
    FutureTask<OrtEnvironment> task =
        new FutureTask<>(
            () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL));
    try {
      new Thread(null, task, "onnxruntime-start", stack.bytes()).start();
    } catch (OutOfMemoryError e) {
      if (stack.commandLine() >= 0) {
        throw new OrtException(stack.problem("there is no room for it (" + e.getMessage() + ")"));
      }
      // As a rule the command line is short.
      task.run();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          OrtEnvironment environment = task.get();
          started = true;
          return environment;
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
