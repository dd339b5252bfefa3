package org.openclip.hub.generative;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;

/** The files of ranks of tokenizers that lie beside a model. */
final class RankFiles {
  private static final String ENDING = ".tiktoken";

  private RankFiles() {}

  /** Copies them from one model folder to another, unless they are one. */
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.list(from)) {
      List<Path> ranks = files.filter(file -> file.toString().endsWith(ENDING)).toList();
      for (Path file : ranks) {
        Path copy = to.resolve(String.valueOf(file.getFileName()));
        if (!file.equals(copy)) {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      InterruptedCallException.check(from + " was copied", e);
      throw new OpenClipException(
          "the tokenizer's files of %s cannot be copied to %s: %s".formatted(from, to, e), e);
    }
  }
}
