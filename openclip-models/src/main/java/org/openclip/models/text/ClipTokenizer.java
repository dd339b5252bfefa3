package org.openclip.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;

/**
 * CLIP's tokenizer (Radford et al. 2021, arXiv 2103.00020): texts are cleaned, cut into words,
 * numbers and signs, and each piece is encoded by byte pairs.
 */
final class ClipTokenizer implements Tokenizer {
  private static final int START = BytePairs.COUNT;
  private static final int END = START + 1;

  /** Words that are remembered; later ones are encoded each time. */
  private static final int MOST_WORDS = 1 << 16;

  private final BytePairs pairs = BytePairs.instance();
  private final List<String> specialTokens;
  private final int contextLength;
  private final Cleaning cleaning;
  private final Reduction reduction;
  private final RandomGenerator random;
  private final ConcurrentHashMap<String, int[]> words;

  /**
   * Creates a tokenizer.
   *
   * @param specialTokens all special tokens by name, start and end first
   * @param random draws what a reduction keeps; safe for many threads
   */
  ClipTokenizer(
      List<String> specialTokens,
      int contextLength,
      Cleaning cleaning,
      Reduction reduction,
      RandomGenerator random) {
    this(specialTokens, contextLength, cleaning, reduction, random, new ConcurrentHashMap<>());
  }

  private ClipTokenizer(
      List<String> specialTokens,
      int contextLength,
      Cleaning cleaning,
      Reduction reduction,
      RandomGenerator random,
      ConcurrentHashMap<String, int[]> words) {
    if (contextLength < 1) {
      throw new InvalidInputException(
          "context length is " + contextLength + ", but must be at least 1");
    }
    this.specialTokens = List.copyOf(specialTokens);
    this.contextLength = contextLength;
    this.cleaning = cleaning;
    this.reduction = reduction;
    this.random = random;
    this.words = words;
  }

  @Override
  public int vocabularySize() {
    return BytePairs.COUNT + specialTokens.size();
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int padId() {
    return 0;
  }

  @Override
  public int endId() {
    return END;
  }

  @Override
  public Tokenizer withContextLength(int length) {
    return new ClipTokenizer(specialTokens, length, cleaning, reduction, random, words);
  }

  @Override
  public int[] encode(String text) {
    String clean = cleaning.clean(text);
    int[] tokens = new int[16];
    int count = 0;
    for (int at = 0; at < clean.length(); ) {
      int end = Words.end(clean, at, specialTokens);
      if (end < 0) {
        at = -end;
        continue;
      }
      int[] word = word(clean.substring(at, end));
      if (count + word.length > tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + word.length));
      }
      System.arraycopy(word, 0, tokens, count, word.length);
      count += word.length;
      at = end;
    }
    return Arrays.copyOf(tokens, count);
  }

  private int[] word(String word) {
    int[] known = words.get(word);
    if (known != null) {
      return known;
    }
    int special = specialTokens.indexOf(word);
    int[] tokens =
        special >= 0
            ? new int[] {BytePairs.COUNT + special}
            : pairs.encode(word.getBytes(StandardCharsets.UTF_8));
    if (words.size() < MOST_WORDS && word.length() < 64) {
      words.put(word, tokens);
    }
    return tokens;
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize()) {
        throw new InvalidInputException(
            "token id " + id + " is not one of 0 to " + (vocabularySize() - 1));
      }
      if (id < BytePairs.COUNT) {
        pairs.decode(id, bytes);
      } else {
        bytes.writeBytes(specialTokens.get(id - BytePairs.COUNT).getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8).replace("</w>", " ");
  }

  @Override
  @SuppressWarnings("ConstantValue") // callers in Java may hold lists with nulls
  public Tokens tokenize(List<String> texts) {
    long[] ids = new long[texts.size() * contextLength];
    for (int row = 0; row < texts.size(); row++) {
      String text = texts.get(row);
      if (text == null) {
        throw new InvalidInputException(
            "text " + row + " is null; give a text, which may be empty");
      }
      write(encode(text), ids, row * contextLength);
    }
    return Tokens.of(contextLength, ids);
  }

  private void write(int[] tokens, long[] ids, int at) {
    int room = Math.max(0, contextLength - 2);
    int[] kept = tokens.length > room ? reduction.keep(tokens, room, random) : tokens;
    if (contextLength > 1) {
      ids[at] = START;
    }
    for (int i = 0; i < kept.length; i++) {
      ids[at + 1 + i] = kept[i];
    }
    ids[at + Math.min(contextLength - 1, kept.length + 1)] = END;
  }
}
