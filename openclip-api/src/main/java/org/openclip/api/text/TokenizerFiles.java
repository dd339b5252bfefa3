package org.openclip.api.text;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the files of tokenizers that a configuration calls by name are found. */
@FunctionalInterface
public interface TokenizerFiles {
  /** Finds none. */
  TokenizerFiles NONE = (name, file) -> null;

  /**
   * Returns a file of a named tokenizer, fetched first where that is allowed.
   *
   * @param name the tokenizer as the configuration calls it, such as {@code google/mt5-base}
   * @param file the file, such as {@code tokenizer.json}
   * @return the path of the file; null when there is none, or when it is not here and nothing may
   *     be fetched
   */
  @Nullable Path find(String name, String file);
}
