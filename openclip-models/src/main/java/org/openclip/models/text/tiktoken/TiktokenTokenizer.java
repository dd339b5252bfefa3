package org.openclip.models.text.tiktoken;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.models.text.Cleaning;

/**
 * A byte-pair tokenizer with three ids of OpenCLIP's own above those of its encoding: the end of a
 * text, the padding, and the start. Special tokens that stand in a text are text.
 */
final class TiktokenTokenizer implements Tokenizer {
  /** What a row is made of. */
  record Layout(@Nullable Cleaning cleaning, boolean start, boolean end) {}

  private final Ranks ranks;
  private final Pattern cut;
  private final int size;
  private final Map<Integer, String> special;
  private final TiktokenEncoding encoding;
  private final Layout layout;
  private final int contextLength;

  TiktokenTokenizer(Ranks ranks, TiktokenEncoding encoding, Layout layout, int contextLength) {
    if (contextLength < 1) {
      throw new InvalidConfigException(
          "text_cfg.context_length", "is " + contextLength + ", but must be at least 1");
    }
    this.ranks = ranks;
    this.cut = encoding.cut();
    this.size = encoding.size();
    this.encoding = encoding;
    this.layout = layout;
    this.contextLength = contextLength;
    this.special = encoding.special();
  }

  @Override
  public int vocabularySize() {
    return size + 3;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int endId() {
    return size;
  }

  @Override
  public int padId() {
    return size + 1;
  }

  private int startId() {
    return size + 2;
  }

  @Override
  public int[] encode(String text) {
    Matcher pieces = cut.matcher(layout.cleaning == null ? text : layout.cleaning.clean(text));
    int[] tokens = new int[32];
    int count = 0;
    while (pieces.find()) {
      int[] piece = ranks.encode(pieces.group().getBytes(StandardCharsets.UTF_8));
      if (count + piece.length > tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + piece.length));
      }
      System.arraycopy(piece, 0, tokens, count, piece.length);
      count += piece.length;
    }
    return Arrays.copyOf(tokens, count);
  }

  /** Returns the text of ids; OpenCLIP's own three have none. */
  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize()) {
        throw new InvalidInputException(
            "token id " + id + " is not one of 0 to " + (vocabularySize() - 1));
      }
      String name = special.get(id);
      if (name != null) {
        bytes.writeBytes(name.getBytes(StandardCharsets.UTF_8));
      } else if (id < size) {
        bytes.writeBytes(ranks.token(id));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  @SuppressWarnings("ConstantValue") // callers in Java may hold lists with nulls
  public Tokens tokenize(List<String> texts) {
    long[] rows = new long[texts.size() * contextLength];
    Arrays.fill(rows, padId());
    for (int row = 0; row < texts.size(); row++) {
      String text = texts.get(row);
      if (text == null) {
        throw new InvalidInputException(
            "text " + row + " is null; give a text, which may be empty");
      }
      write(encode(text), rows, row * contextLength);
    }
    return Tokens.of(contextLength, rows);
  }

  private void write(int[] tokens, long[] rows, int from) {
    int at = from;
    int end = from + contextLength;
    if (layout.start) {
      rows[at++] = startId();
    }
    for (int i = 0; i < tokens.length && at < end; i++) {
      rows[at++] = tokens[i];
    }
    if (layout.end) {
      rows[Math.min(at, end - 1)] = endId();
    }
  }

  @Override
  public Tokenizer withContextLength(int length) {
    return new TiktokenTokenizer(ranks, encoding, layout, length);
  }
}
