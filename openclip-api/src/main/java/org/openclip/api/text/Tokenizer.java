package org.openclip.api.text;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;

/** Converts texts to token ids. Immutable and thread-safe. */
public interface Tokenizer {
  /** Returns the size of the vocabulary; every token id is below it. */
  int vocabularySize();

  /** Returns the context length: the number of tokens of every row of {@link #tokenize}. */
  int contextLength();

  /** Returns the id of the padding token. */
  int padId();

  /** Returns the id of the end token. */
  int endId();

  /** Returns the token ids of a text after cleaning, without start, end and padding. */
  int[] encode(String text);

  /** Returns the text of token ids. Special tokens appear by name. */
  String decode(int[] ids);

  /**
   * Tokenizes texts into one row for each: start, tokens, end, padding. A text that is too long is
   * truncated before the end token, which is always kept.
   *
   * @throws InvalidInputException when a text is null
   */
  Tokens tokenize(List<String> texts);

  /** Returns the same tokenizer with another context length. */
  Tokenizer withContextLength(int contextLength);

  /**
   * Returns files for Hugging Face's libraries that define a tokenizer with the same ids, by file
   * name; empty when the tokenizer cannot be written, or was created from such files.
   */
  default Map<String, byte[]> files() {
    return Map.of();
  }
}
