package org.openclip.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;

/**
 * CLIP's tokenizer (Radford et al. 2021, arXiv 2103.00020): texts are cleaned, cut into words,
 * numbers and signs, and each piece is encoded by byte pairs.
 */
final class ClipTokenizer implements Tokenizer {
  private final BytePairs pairs;
  private final List<String> specialTokens;
  private final Words words;
  private final int contextLength;
  private final Cleaning cleaning;
  private final Reduction reduction;
  private final @Nullable SyntaxMask syntax;
  private final RandomGenerator random;
  private final WordCache cache;

  /** Creates a tokenizer with all of CLIP's merges. */
  ClipTokenizer(
      List<String> specialTokens,
      int contextLength,
      Cleaning cleaning,
      Reduction reduction,
      @Nullable SyntaxMask syntax,
      RandomGenerator random) {
    this(BytePairs.instance(), specialTokens, contextLength, cleaning, reduction, syntax, random);
  }

  /**
   * Creates a tokenizer.
   *
   * @param pairs the merges
   * @param specialTokens all special tokens by name, start and end first
   * @param syntax shortens texts before they are cut into tokens; null for texts as they are
   * @param random draws what a reduction keeps; safe for many threads
   */
  ClipTokenizer(
      BytePairs pairs,
      List<String> specialTokens,
      int contextLength,
      Cleaning cleaning,
      Reduction reduction,
      @Nullable SyntaxMask syntax,
      RandomGenerator random) {
    this(pairs, specialTokens, contextLength, cleaning, reduction, syntax, random, new WordCache());
  }

  private ClipTokenizer(
      BytePairs pairs,
      List<String> specialTokens,
      int contextLength,
      Cleaning cleaning,
      Reduction reduction,
      @Nullable SyntaxMask syntax,
      RandomGenerator random,
      WordCache cache) {
    if (contextLength < 1) {
      throw new InvalidInputException(
          "context length is " + contextLength + ", but must be at least 1");
    }
    this.pairs = pairs;
    this.specialTokens = List.copyOf(specialTokens);
    this.words = new Words(this.specialTokens);
    this.contextLength = contextLength;
    this.cleaning = cleaning;
    this.reduction = reduction;
    this.syntax = syntax;
    this.random = random;
    this.cache = cache;
  }

  @Override
  public int vocabularySize() {
    return pairs.count() + specialTokens.size();
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
    return pairs.count() + 1;
  }

  @Override
  public Tokenizer withContextLength(int length) {
    return new ClipTokenizer(
        pairs, specialTokens, length, cleaning, reduction, syntax, random, cache);
  }

  /** Returns the files of Hugging Face's libraries, unless it does what those cannot. */
  @Override
  public Map<String, byte[]> files() {
    boolean usual =
        specialTokens.size() == 2
            && cleaning == Cleaning.LOWER
            && reduction == Reduction.NONE
            && syntax == null;
    return usual ? ClipTokenizerFiles.of(pairs, contextLength) : Map.of();
  }

  @Override
  public int[] encode(String text) {
    String clean = cleaning.clean(text);
    int[] tokens = new int[32];
    int count = 0;
    for (int at = 0; at < clean.length(); ) {
      int end = words.end(clean, at);
      if (end < 0) {
        at = -end;
        continue;
      }
      int[] word = cache.get(clean, at, end);
      if (word == null) {
        word = word(clean.substring(at, end));
      }
      if (count + word.length > tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + word.length));
      }
      for (int token : word) {
        tokens[count++] = token;
      }
      at = end;
    }
    return Arrays.copyOf(tokens, count);
  }

  private int[] word(String word) {
    int special = specialTokens.indexOf(word);
    int[] tokens =
        special >= 0
            ? new int[] {pairs.count() + special}
            : pairs.encode(word.getBytes(StandardCharsets.UTF_8));
    cache.put(word, tokens);
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
      if (id < pairs.count()) {
        pairs.decode(id, bytes);
      } else {
        bytes.writeBytes(specialTokens.get(id - pairs.count()).getBytes(StandardCharsets.UTF_8));
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
      String kept = syntax == null ? text : syntax.shorten(text, contextLength - 2);
      write(encode(kept), ids, row * contextLength);
    }
    return Tokens.of(contextLength, ids);
  }

  private void write(int[] tokens, long[] ids, int at) {
    int room = Math.max(0, contextLength - 2);
    int[] kept = tokens.length > room ? reduction.keep(tokens, room, random) : tokens;
    if (contextLength > 1) {
      ids[at] = pairs.count();
    }
    for (int i = 0; i < kept.length; i++) {
      ids[at + 1 + i] = kept[i];
    }
    ids[at + Math.min(contextLength - 1, kept.length + 1)] = endId();
  }
}
