package org.openclip.backend.tf.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.openclip.api.backend.CFunctions;

/** Redirects the standard error of the process, native code included, to a file for a while. */
final class HeldBackErrors {
  private static final int STANDARD_ERROR = 2;
  private static final int OWNER_READS_AND_WRITES = 0600;

  private HeldBackErrors() {}

  /**
   * Runs something, and writes what others wrote to standard error afterwards.
   *
   * @param kept selects the lines that are written
   */
  static void during(Runnable run, Predicate<String> kept)
      throws ReflectiveOperationException, IOException {
    Path file = Files.createTempFile("openclip", ".log");
    try {
      CFunctions c = new CFunctions(MethodHandles.lookup());
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
      giveBack(file, kept);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void giveBack(Path file, Predicate<String> kept) throws IOException {
    String others =
        Files.readString(file, Charset.defaultCharset())
            .lines()
            .filter(kept)
            .map(line -> line + System.lineSeparator())
            .collect(Collectors.joining());
    if (!others.isEmpty()) {
      FileOutputStream error = new FileOutputStream(FileDescriptor.err);
      error.write(others.getBytes(Charset.defaultCharset()));
    }
  }
}
