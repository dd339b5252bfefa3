package org.openclip.backend.tf.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

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
  private static final int STANDARD_ERROR = 2;
  private static final int OWNER_READS_AND_WRITES = 0600;

  private QuietLog() {}

  private static boolean wanted() {
    String set = System.getenv(VARIABLE);
    // A process that a program with TensorFlow starts inherits what was set there.
    return (set == null || set.equals(FATAL)) && CFunctions.permitted();
  }

  /** Sets the environment variable, before TensorFlow's library reads it. */
  static void silence() {
    if (wanted()) {
      try {
        new CFunctions().call("setenv", VARIABLE, FATAL, 1);
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
      Path file = Files.createTempFile("openclip", ".log");
      try {
        CFunctions c = new CFunctions();
        int aside = c.call("creat", file.toString(), OWNER_READS_AND_WRITES);
        int original = c.call("dup", STANDARD_ERROR);
        c.call("dup2", aside, STANDARD_ERROR);
        try {
          run.run();
        } finally {
          c.call("dup2", original, STANDARD_ERROR);
          c.call("close", original);
          c.call("close", aside);
        }
        giveBack(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (ReflectiveOperationException | IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "TensorFlow keeps its second log", e);
    }
  }

  /** Writes to standard error what was held back and is not TensorFlow's. */
  private static void giveBack(Path file) throws IOException {
    String others =
        Files.readString(file, Charset.defaultCharset())
            .lines()
            .filter(line -> GREETINGS.stream().noneMatch(line::contains))
            .map(line -> line + System.lineSeparator())
            .collect(Collectors.joining());
    if (!others.isEmpty()) {
      FileOutputStream error = new FileOutputStream(FileDescriptor.err);
      error.write(others.getBytes(Charset.defaultCharset()));
    }
  }
}
