package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openclip.api.backend.CFunctions;

/**
 * Keeps ONNX Runtime from reporting its use to its makers. Its official builds do unless an
 * environment variable tells them not to before they start, and leave a file in the working folder
 * where there is no home. Java can set the variable from version 22 on, where it has the right to
 * call native code. What the user has set wins.
 */
final class Telemetry {
  private static final System.Logger LOG = System.getLogger(Telemetry.class.getName());
  private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

  /** The session of a data base in memory, which is no file, but has one all the same. */
  private static final Path SESSION = Path.of(":memory:.ses");

  private Telemetry() {}

  /** Starts the runtime. */
  interface Start {
    OrtEnvironment run() throws OrtException;
  }

  /** Makes a start without reports, if it is the first, and without a file that stays behind. */
  static OrtEnvironment without(Start start) throws OrtException {
    if (System.getenv(VARIABLE) == null && CFunctions.permitted(Telemetry.class)) {
      try {
        new CFunctions(MethodHandles.lookup()).call("setenv", VARIABLE, "1", 1);
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(Level.DEBUG, "ONNX Runtime may report its use", e);
      }
    }
    boolean clean = !Files.exists(SESSION);
    OrtEnvironment started = start.run();
    if (clean) {
      try {
        Files.deleteIfExists(SESSION);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a file of ONNX Runtime cannot be deleted", e);
      }
    }
    return started;
  }
}
