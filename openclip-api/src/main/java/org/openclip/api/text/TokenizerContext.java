package org.openclip.api.text;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer is made from.
 *
 * @param textConfig the model's {@code text_cfg}
 * @param contextLength the number of tokens of a row
 * @param modelFolder where files of the tokenizer may lie; null when the model has no folder
 */
public record TokenizerContext(
    Map<String, Object> textConfig, int contextLength, @Nullable Path modelFolder) {
  /** Copies the map. */
  // In full, because javac drops the null annotations of a compact constructor.
  public TokenizerContext(
      Map<String, Object> textConfig, int contextLength, @Nullable Path modelFolder) {
    this.textConfig = Collections.unmodifiableMap(new LinkedHashMap<>(textConfig));
    this.contextLength = contextLength;
    this.modelFolder = modelFolder;
  }
}
