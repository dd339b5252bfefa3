package org.openclip.hub.fingerprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.hub.io.ModelFiles;

/**
 * What tells that a checkpoint's file is still the one that was read: its path, size, time and
 * place on the disk, and those of all files beside it when it is the index of several.
 *
 * @param text all of them
 * @param newest the time of the last change
 */
public record FileStamp(String text, Instant newest) {
  /** Within this time, a file may change once more and keep its time. */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  /** Returns the stamp of a file; empty when it is none of this machine's. */
  public static Optional<FileStamp> of(String file) {
    try {
      Path path = Path.of(file);
      if (!Files.isRegularFile(path)) {
        return Optional.empty();
      }
      Path real = path.toRealPath();
      StringBuilder text = new StringBuilder(real.toString());
      Instant newest = Instant.EPOCH;
      for (Path part : parts(path, real)) {
        BasicFileAttributes facts = Files.readAttributes(part, BasicFileAttributes.class);
        Instant changed = facts.lastModifiedTime().toInstant();
        newest = changed.isAfter(newest) ? changed : newest;
        text.append('|').append(part.getFileName()).append('|').append(facts.size());
        text.append('|').append(changed).append('|').append(facts.fileKey());
      }
      return Optional.of(new FileStamp(text.toString(), newest));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Iterable<Path> parts(Path path, Path real) throws IOException {
    if (!path.toString().endsWith(ModelFiles.INDEX)) {
      return Stream.of(real).toList();
    }
    try (Stream<Path> beside = Files.list(path.toAbsolutePath().getParent())) {
      return beside.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Returns whether a change of the file would show in its time. */
  public boolean settled() {
    return newest.isBefore(Instant.now().minus(SETTLING));
  }
}
