package org.openclip.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.io.JsonObjects;

/**
 * The folder of a run with the reference's layout: {@code params.txt}, {@code out.log}, {@code
 * checkpoints/} with {@code results.jsonl}, {@code tensorboard/}.
 *
 * @param path the run's folder
 * @param logName the name of the log in it; empty for a process that keeps none
 */
public record RunFolder(Path path, String logName) {
  private static final String LOG = "out.log";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd,HH:mm:ss", Locale.ROOT);

  /** Names a folder with a log of the usual name. */
  public RunFolder(Path path) {
    this(path, LOG);
  }

  /** Returns the same folder for a process that writes nothing into it. */
  public RunFolder unwritten() {
    return new RunFolder(path, "");
  }

  /** Returns the same folder with a log of a process' own. */
  public RunFolder logOf(int rank) {
    return new RunFolder(path, "out-" + rank);
  }

  /**
   * Creates the folder.
   *
   * @throws OpenClipException when it cannot be written
   */
  public static RunFolder create(Path path) {
    try {
      Files.createDirectories(path.resolve("checkpoints"));
    } catch (IOException e) {
      throw new OpenClipException(path + " cannot be created: " + e, e);
    }
    return new RunFolder(path);
  }

  /** Returns whether a run has been here before. */
  public static boolean used(Path path) {
    return Files.exists(path.resolve(LOG)) || Files.exists(path.resolve("out-0"));
  }

  /** Returns where a checkpoint of a name lies, such as {@code epoch_3}. */
  public Path checkpoint(String name) {
    return path.resolve("checkpoints").resolve(name);
  }

  /** Returns where TensorBoard's files lie. */
  public Path tensorBoard() {
    return path.resolve("tensorboard");
  }

  /** Returns the checkpoint that was written last; empty when there is none. */
  public Optional<Path> latest() {
    Path folder = path.resolve("checkpoints");
    // Where there are no folders but only names with slashes, nothing is a folder before it is
    // listed.
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> Files.isRegularFile(f.resolve(Checkpoint.STATE)))
          .filter(f -> !f.toString().matches(".*\\.(part|old)/?"))
          .filter(RunFolder::isWhole)
          .max(Comparator.comparingLong(f -> Checkpoint.read(f).progress().step()));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new OpenClipException(folder + " cannot be listed: " + e, e);
    }
  }

  private static boolean isWhole(Path checkpoint) {
    try {
      Checkpoint.read(checkpoint);
      return true;
    } catch (InvalidFileException e) {
      System.getLogger(RunFolder.class.getName())
          .log(System.Logger.Level.WARNING, "no checkpoint to resume from: " + e.getMessage());
      return false;
    }
  }

  /**
   * Makes checkpoints whole again whose writing was broken off behind their last file. Those that
   * were broken off before stay as they are, and count for nothing.
   *
   * @param say told, in a line, of each
   */
  public void recover(Consumer<String> say) {
    Path folder = path.resolve("checkpoints");
    for (String ending : List.of(".part", ".old")) {
      List<Path> left;
      try (Stream<Path> files = Files.list(folder)) {
        left = files.filter(f -> f.toString().endsWith(ending)).toList();
      } catch (NoSuchFileException | NotDirectoryException e) {
        return;
      } catch (IOException e) {
        throw new OpenClipException(folder + " cannot be listed: " + e, e);
      }
      for (Path each : left) {
        Checkpoint.recover(each)
            .ifPresent(
                whole ->
                    say.accept(
                        "the checkpoint %s is complete but was left as %s by a process that ended; using it"
                            .formatted(whole, each.getFileName())));
      }
    }
  }

  /** Writes the options, sorted, one on a line. */
  public void params(Map<String, String> options) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(options).forEach((k, v) -> text.append(k).append(": ").append(v).append('\n'));
    append("params.txt", text.toString(), StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Adds a line to the log, with the time before it. */
  public void log(String line) {
    if (logName.isEmpty()) {
      return;
    }
    append(
        logName,
        LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + " | INFO | " + line + "\n",
        StandardOpenOption.APPEND);
  }

  /** Adds the results of an evaluation. */
  public void results(Map<String, ?> metrics) {
    append(
        "checkpoints/results.jsonl",
        JsonObjects.writeCompact(metrics) + "\n",
        StandardOpenOption.APPEND);
  }

  private void append(String name, String text, StandardOpenOption option) {
    Path file = path.resolve(name);
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE, option);
    } catch (IOException e) {
      throw new OpenClipException(file + " cannot be written: " + e, e);
    }
  }
}
