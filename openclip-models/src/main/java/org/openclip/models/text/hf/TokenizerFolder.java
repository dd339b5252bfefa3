package org.openclip.models.text.hf;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.text.TokenizerContext;

/**
 * The files of a tokenizer.
 *
 * @param tokenizer {@code tokenizer.json}
 * @param config {@code tokenizer_config.json}; null when there is none
 * @param map {@code special_tokens_map.json}; null when there is none
 */
record TokenizerFolder(Path tokenizer, @Nullable Path config, @Nullable Path map) {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String MAP = "special_tokens_map.json";

  /**
   * Finds the files: in the model's folder, else in the folder that the name is, else where the
   * context finds those of named tokenizers.
   *
   * @throws InvalidFileException when there is no {@code tokenizer.json}
   */
  static TokenizerFolder find(String name, TokenizerContext context) {
    for (Path folder : new Path[] {context.modelFolder(), path(name)}) {
      if (folder != null && Files.isRegularFile(folder.resolve(TOKENIZER))) {
        return new TokenizerFolder(
            folder.resolve(TOKENIZER), inside(folder, CONFIG), inside(folder, MAP));
      }
    }
    Path tokenizer = context.files().find(name, TOKENIZER);
    if (tokenizer == null) {
      throw new InvalidFileException(
          TOKENIZER,
          -1,
          "the model's tokenizer "
              + name
              + " was not found; put this file and "
              + CONFIG
              + " of its repository on the Hugging Face hub "
              + (context.modelFolder() == null
                  ? "beside a copy of the model, and load that as local-dir:FOLDER"
                  : "into " + context.modelFolder()));
    }
    return new TokenizerFolder(
        tokenizer, context.files().find(name, CONFIG), context.files().find(name, MAP));
  }

  private static @Nullable Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable Path inside(Path folder, String file) {
    Path path = folder.resolve(file);
    return Files.isRegularFile(path) ? path : null;
  }
}
