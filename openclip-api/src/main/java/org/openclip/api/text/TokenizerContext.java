package org.openclip.api.text;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration and files from which a tokenizer is created.
 *
 * @param textConfig the model's {@code text_cfg}
 * @param contextLength the number of tokens of each row
 * @param vocabularySize the size of the text tower's vocabulary
 * @param modelFolder the model folder, which may contain files of the tokenizer; null when the
 *     model has no folder
 * @param files finds the files of a tokenizer by name
 * @param tagger returns a part-of-speech tagger if there is one; called only when needed
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

  /** Creates a context without files and without a tagger, for a vocabulary of any size. */
  public static TokenizerContext of(Map<String, Object> textConfig, int contextLength) {
    return new TokenizerContext(
        textConfig, contextLength, Integer.MAX_VALUE, null, TokenizerFiles.NONE, Optional::empty);
  }

  /** Returns this context with another vocabulary size. */
  public TokenizerContext withVocabularySize(int tokens) {
    return new TokenizerContext(textConfig, contextLength, tokens, modelFolder, files, tagger);
  }

  /** Returns this context with a model folder. */
  public TokenizerContext withModelFolder(@Nullable Path folder) {
    return new TokenizerContext(textConfig, contextLength, vocabularySize, folder, files, tagger);
  }

  /** Returns this context with a finder of tokenizer files. */
  public TokenizerContext withFiles(TokenizerFiles finder) {
    return new TokenizerContext(
        textConfig, contextLength, vocabularySize, modelFolder, finder, tagger);
  }

  /** Returns this context with a source of taggers. */
  public TokenizerContext withTagger(Supplier<Optional<WordTagger>> source) {
    return new TokenizerContext(
        textConfig, contextLength, vocabularySize, modelFolder, files, source);
  }
}
