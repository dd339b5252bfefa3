package org.openclip.models.text.hf;

import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.models.text.Cleaning;

/** A tokenizer of Hugging Face's library: word pieces, unigrams or byte pairs, by its file. */
final class HfTokenizer implements Tokenizer {
  private final NativeTokenizer pieces;
  private final int vocabularySize;
  private final Cleaning cleaning;
  private final Frame frame;
  private final int endId;
  private final int contextLength;

  HfTokenizer(
      NativeTokenizer pieces,
      int vocabularySize,
      Cleaning cleaning,
      Frame frame,
      int endId,
      int contextLength) {
    frame.check(contextLength);
    this.pieces = pieces;
    this.vocabularySize = vocabularySize;
    this.cleaning = cleaning;
    this.frame = frame;
    this.endId = endId;
    this.contextLength = contextLength;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int padId() {
    return frame.pad();
  }

  @Override
  public int endId() {
    return endId;
  }

  @Override
  public int[] encode(String text) {
    return pieces.encode(cleaning.clean(text), false);
  }

  @Override
  public String decode(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new InvalidInputException(
            "token id " + id + " is not one of 0 to " + (vocabularySize - 1));
      }
    }
    return pieces.decode(ids);
  }

  @Override
  @SuppressWarnings("ConstantValue") // callers in Java may hold lists with nulls
  public Tokens tokenize(List<String> texts) {
    long[] rows = new long[texts.size() * contextLength];
    for (int row = 0; row < texts.size(); row++) {
      String text = texts.get(row);
      if (text == null) {
        throw new InvalidInputException(
            "text " + row + " is null; give a text, which may be empty");
      }
      frame.write(encode(text), rows, row * contextLength, contextLength);
    }
    return Tokens.of(contextLength, rows);
  }

  @Override
  public Tokenizer withContextLength(int length) {
    return new HfTokenizer(pieces, vocabularySize, cleaning, frame, endId, length);
  }
}
