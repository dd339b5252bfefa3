package org.openclip.api.text;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the files of a tokenizer that a configuration names. */
@FunctionalInterface
public interface TokenizerFiles {
  /** Finds none. */
  TokenizerFiles NONE = (name, file) -> null;

  /**
   * Returns a file of a named tokenizer, and downloads it if that is allowed.
   *
   * @param name the name of the tokenizer in the configuration, such as {@code google/mt5-base}
   * @param file the file, such as {@code tokenizer.json}
   * @return the path of the file; null when it does not exist, or is not local and must not be
   *     downloaded
   */
  @Nullable Path find(String name, String file);
}
