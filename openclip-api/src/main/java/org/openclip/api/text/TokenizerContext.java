package org.openclip.api.text;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer is made from.
 *
 * @param textConfig the model's {@code text_cfg}
 * @param contextLength the number of tokens of a row
 * @param vocabularySize the number of tokens that the model's text tower knows
 * @param modelFolder where files of the tokenizer may lie; null when the model has no folder
 * @param files finds files of tokenizers that the configuration calls by name
 * @param tagger yields a tagger of parts of speech when there is one; asked only when needed
 */
public record TokenizerContext(
    Map<String, Object> textConfig,
    int contextLength,
    int vocabularySize,
    @Nullable Path modelFolder,
    TokenizerFiles files,
    Supplier<Optional<WordTagger>> tagger) {
  /** Copies the map. */
  public TokenizerContext {
    textConfig = Collections.unmodifiableMap(new LinkedHashMap<>(textConfig));
  }

  /** Returns a context without files and without a tagger, for a tower of any vocabulary. */
  public static TokenizerContext of(Map<String, Object> textConfig, int contextLength) {
    return new TokenizerContext(
        textConfig, contextLength, Integer.MAX_VALUE, null, TokenizerFiles.NONE, Optional::empty);
  }

  /** Returns this for a tower that knows so many tokens. */
  public TokenizerContext withVocabularySize(int tokens) {
    return new TokenizerContext(textConfig, contextLength, tokens, modelFolder, files, tagger);
  }

  /** Returns this with a model's folder. */
  public TokenizerContext withModelFolder(@Nullable Path folder) {
    return new TokenizerContext(textConfig, contextLength, vocabularySize, folder, files, tagger);
  }

  /** Returns this with a way to find named tokenizers. */
  public TokenizerContext withFiles(TokenizerFiles finder) {
    return new TokenizerContext(
        textConfig, contextLength, vocabularySize, modelFolder, finder, tagger);
  }

  /** Returns this with a source of taggers. */
  public TokenizerContext withTagger(Supplier<Optional<WordTagger>> source) {
    return new TokenizerContext(
        textConfig, contextLength, vocabularySize, modelFolder, files, source);
  }
}
