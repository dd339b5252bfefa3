package org.openclip.api.text;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;

/** The step from texts to the token ids of one vocabulary. Immutable and safe for many threads. */
public interface Tokenizer {
  /** Returns the number of different tokens; every id is below it. */
  int vocabularySize();

  /** Returns the number of tokens of every row that {@link #tokenize} yields. */
  int contextLength();

  /** Returns the id that fills rows up. */
  int padId();

  /** Returns the id that ends a text. */
  int endId();

  /** Returns the ids of a cleaned text alone, without start, end and padding. */
  int[] encode(String text);

  /** Returns the text of ids; the special tokens appear by name. */
  String decode(int[] ids);

  /**
   * Returns one row for each text: start, tokens, end, padding. A text that is too long loses
   * tokens before its end, never the end itself.
   *
   * @throws InvalidInputException when a text is null
   */
  Tokens tokenize(List<String> texts);

  /** Returns the same tokenizer with rows of another length. */
  Tokenizer withContextLength(int contextLength);

  /**
   * Returns files from which Hugging Face's libraries make a tokenizer of the same ids, by name;
   * empty when it cannot be written, or was made from such files.
   */
  default Map<String, byte[]> files() {
    return Map.of();
  }
}
