package org.openclip.hub.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.EncodingListener;
import org.openclip.hub.cli.terminal.Progress;

/**
 * Handles pictures or sounds that cannot be read: stops the command, or reports and skips them.
 * Moves a progress line on with every batch. For one thread.
 */
public final class BadPictures implements EncodingListener {
  private final FileKind kind;
  private final Progress progress;
  private final @Nullable PrintStream named;
  private final Set<Integer> inThisCall = new HashSet<>();
  private long count;
  private long pictures;

  /**
   * Creates a judge.
   *
   * @param named where bad pictures are named; null when they end the work
   */
  BadPictures(FileKind kind, Progress progress, @Nullable PrintStream named) {
    this.kind = kind;
    this.progress = progress;
    this.named = named;
  }

  @Override
  public void done(int some) {
    progress.advance(some);
  }

  @Override
  public void unreadable(int index, Path file, OpenClipException reason) {
    if (named == null) {
      throw reason;
    }
    progress.wipe();
    named.println("openclip: skipped: " + Arguments.oneLine(String.valueOf(reason.getMessage())));
    named.flush();
    inThisCall.add(index);
    count++;
  }

  /**
   * Returns those of the items of the last call that were not left out, in order.
   *
   * @param items one for each picture of the call
   */
  public <T> List<T> kept(List<T> items) {
    List<T> kept =
        IntStream.range(0, items.size())
            .filter(i -> !inThisCall.contains(i))
            .mapToObj(items::get)
            .toList();
    inThisCall.clear();
    pictures += items.size();
    return kept;
  }

  /** Returns how many pictures were left out. */
  public long count() {
    return count;
  }

  /**
   * Checks that something is left.
   *
   * @throws InvalidInputException when every picture was left out
   */
  public void check() {
    if (count > 0 && count == pictures) {
      throw new InvalidInputException(
          "none of the %s %s could be read".formatted(pictures, kind.plural()));
    }
  }
}
