package org.openclip.train.shard;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;

/** What a command of the shell prints, as WebDataset's {@code pipe:} URLs name it. */
final class Shell {
  private static final String SCHEME = "pipe:";
  private static final Pattern LOCATION =
      Pattern.compile("(?:^|[\\s'\"])((?:s3|gs|hdfs|https?)://[^\\s'\"]+)");

  private Shell() {}

  /** Returns whether a location is a command. */
  static boolean isCommand(String location) {
    return location.startsWith(SCHEME);
  }

  /** Returns the error that tells how to go without a command. */
  static InvalidInputException refused(String location) {
    Matcher inner = LOCATION.matcher(location.substring(SCHEME.length()));
    Optional<String> plain = inner.find() ? Optional.of(inner.group(1)) : Optional.empty();
    return new InvalidInputException(
        "'%s' is a shell command, which needs --allow-pipe; preferably give the location of the data, %s"
            .formatted(
                location,
                plain
                    .map(url -> url + ", which is read as a stream")
                    .orElse("such as s3://bucket/000.tar or https://host/000.tar")));
  }

  /**
   * Starts a command and returns what it prints. Closing ends it; where it fails by itself, so does
   * the reading of its end.
   */
  static InputStream open(String location) throws IOException {
    String command = location.substring(SCHEME.length()).strip();
    boolean windows = System.getProperty("os.name", "").startsWith("Windows");
    Process process =
        new ProcessBuilder(
                windows ? List.of("cmd.exe", "/c", command) : List.of("/bin/sh", "-c", command))
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().close();
    return new CommandOutput(command, process);
  }
}
