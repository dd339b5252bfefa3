package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.openclip.api.BackendException;
import org.openclip.api.ShutdownException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.backend.NativePlace;
import org.openclip.backend.onnx.model.OnnxModel;

/** The runtime's environment, of which a process has one. */
public final class OnnxEnvironment {
  private static final String BACKEND = OnnxModel.BACKEND;

  /** What the libraries take when they are unpacked. */
  private static final long UNPACKED = 64L << 20;

  private static boolean kept;

  /** The first attempt of a process has the cause; others fail without. */
  private static final List<Throwable> FAILURES = new ArrayList<>();

  private OnnxEnvironment() {}

  /**
   * Returns the environment, started if need be.
   *
   * @throws BackendException when the runtime does not start, or has no room for its stack
   * @throws ShutdownException when the JVM is ending
   */
  public static synchronized OrtEnvironment start() {
    if (CallsUnderWay.jvmIsEnding()) {
      throw new ShutdownException("the onnx backend");
    }
    try {
      OrtEnvironment environment = Telemetry.without(OnnxEnvironment::started);
      // Official builds report their use otherwise.
      environment.setTelemetry(false);
      if (!kept) {
        kept = true;
        RuntimeInternals.keepEnvironment();
        RuntimeInternals.removeHook();
        RuntimeInternals.deleteUnpacked(
            File.separatorChar != '/'
                || !OrtEnvironment.getAvailableProviders().equals(EnumSet.of(OrtProvider.CPU)));
      }
      return environment;
    } catch (OrtException e) {
      throw new BackendException(BACKEND, String.valueOf(e.getMessage()), e);
    } catch (IncompatibleClassChangeError e) {
      // Java classes of another version, which is not a matter of native code.
      throw e;
    } catch (LinkageError | RuntimeException e) {
      RuntimeInternals.deleteUnpacked(false);
      FAILURES.add(e);
      Throwable first = FAILURES.get(0);
      throw new BackendException(BACKEND, problem(first), first);
    }
  }

  private static String problem(Throwable failure) {
    NativePlace place =
        new NativePlace(
            Path.of(System.getProperty("java.io.tmpdir", "")),
            UNPACKED,
            "start Java with -Djava.io.tmpdir=FOLDER, where FOLDER is writable and allows"
                + " executable files; if it only does not allow executable files, unpack the"
                + " libraries of the onnxruntime jar into another folder and start Java with"
                + " -Donnxruntime.native.path=FOLDER");
    return place
        .problem(failure)
        .orElseGet(
            () ->
                "its native library does not load on "
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.arch")
                    + ": "
                    + NativePlace.root(failure)
                    + ". The onnxruntime jar has builds for"
                    + " Linux (x86_64, aarch64; glibc), macOS (aarch64) and Windows (x86_64)");
  }

  private static OrtEnvironment started() throws OrtException {
    StartStack stack = kept ? StartStack.USUAL : StartStack.ofThisProcess();
    String refusal = stack.refusal();
    if (refusal != null) {
      throw new OrtException(refusal);
    }
    FutureTask<OrtEnvironment> task =
        new FutureTask<>(
            () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL));
    try {
      Thread thread = new Thread(null, task, "onnxruntime-start", stack.bytes(), false);
      // The runtime's shutdown hook inherits it, and must not keep an application in memory.
      thread.setContextClassLoader(OrtEnvironment.class.getClassLoader());
      thread.start();
    } catch (OutOfMemoryError e) {
      if (stack.commandLine() >= 0) {
        throw new OrtException(
            stack.problem("there is not enough memory for it (" + e.getMessage() + ")"));
      }
      // As a rule the command line is short.
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
