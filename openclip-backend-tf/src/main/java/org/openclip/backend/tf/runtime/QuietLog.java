package org.openclip.backend.tf.runtime;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.openclip.api.backend.CFunctions;

/**
 * Keeps TensorFlow from writing to the process' standard error: what goes wrong comes as an
 * exception. Of its two loggers, an environment variable rules the first; the second, which greets
 * once when the first graph runs, nothing does, so standard error is held back for that moment.
 *
 * <p>Nothing is done where the user has set the variable to hear of more than fatal errors, or Java
 * would warn of such calls.
 */
final class QuietLog {
  private static final System.Logger LOG = System.getLogger(QuietLog.class.getName());
  private static final String VARIABLE = "TF_CPP_MIN_LOG_LEVEL";
  private static final String FATAL = "3";
  private static final List<String> GREETINGS =
      List.of("MLIR V1", "absl::InitializeLog", "Started server with target");

  private QuietLog() {}

  private static boolean wanted() {
    String set = System.getenv(VARIABLE);
    // A process that a program with TensorFlow starts inherits what was set there.
    return (set == null || set.equals(FATAL)) && CFunctions.permitted(QuietLog.class);
  }

  /** Sets the environment variable, before TensorFlow's library reads it. */
  static void silence() {
    if (wanted()) {
      try {
        new CFunctions(MethodHandles.lookup()).call("setenv", VARIABLE, FATAL, 1);
      } catch (ReflectiveOperationException e) {
        LOG.log(System.Logger.Level.DEBUG, "TensorFlow keeps its log", e);
      }
    }
  }

  /**
   * Runs what TensorFlow greets at, its first graph and a server's start. What anybody else writes
   * to standard error meanwhile is written after it.
   */
  static void during(Runnable run) {
    if (!wanted()) {
      run.run();
      return;
    }
    try {
      HeldBackErrors.during(run, line -> GREETINGS.stream().noneMatch(line::contains));
    } catch (ReflectiveOperationException | IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "TensorFlow keeps its second log", e);
    }
  }
}
