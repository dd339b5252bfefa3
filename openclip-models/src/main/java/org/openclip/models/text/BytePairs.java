package org.openclip.models.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.openclip.api.OpenClipException;
import org.openclip.models.resource.ModuleResource;

/**
 * The merges of CLIP's byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909; byte-level as in
 * GPT-2): 256 bytes, the same bytes at the end of a word, and one token for each merge.
 */
final class BytePairs {
  /** How many tokens CLIP has before the special ones. */
  static final int COUNT = 49_406;

  /** How many tokens there are without any merge: bytes, and bytes at the end of a word. */
  static final int BYTES = 512;

  private static final int FIRST_MERGE = BYTES;
  private static final int MERGES = COUNT - FIRST_MERGE;
  private static final int TABLE = 1 << 17;
  private static final byte[] WORD_END = {'<', '/', 'w', '>'};

  /** How many tokens these have; the merges behind are left out. */
  private final int count;

  private final int[] left;
  private final int[] right;

  /** A hash table of pairs, probed linearly; a free place has the key -1. */
  private final int[] keys;

  private final int[] ranks;
  private final int[] tokenOfByte;
  private final byte[] byteOfToken;

  private BytePairs(BytePairs all, int count) {
    this.count = count;
    this.left = all.left;
    this.right = all.right;
    this.keys = all.keys;
    this.ranks = all.ranks;
    this.tokenOfByte = all.tokenOfByte;
    this.byteOfToken = all.byteOfToken;
  }

  private BytePairs(byte[] planes) {
    count = COUNT;
    left = new int[MERGES];
    right = new int[MERGES];
    keys = new int[TABLE];
    ranks = new int[TABLE];
    tokenOfByte = new int[256];
    byteOfToken = new byte[256];
    Arrays.fill(keys, -1);
    for (int i = 0; i < MERGES; i++) {
      left[i] = (planes[i] & 0xff) << 8 | (planes[MERGES + i] & 0xff);
      right[i] = (planes[2 * MERGES + i] & 0xff) << 8 | (planes[3 * MERGES + i] & 0xff);
      int slot = slot(left[i] << 16 | right[i]);
      keys[slot] = left[i] << 16 | right[i];
      ranks[slot] = i;
    }
    // Bytes that print come first, in two ranges of Latin-1, then all the others.
    int token = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int b = 0; b < 256; b++) {
        if (prints(b) == (pass == 0)) {
          byteOfToken[token] = (byte) b;
          tokenOfByte[b] = token++;
        }
      }
    }
  }

  private static boolean prints(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  }

  /** Holds the one copy of the process, read when the first tokenizer is made. */
  private static final class Holder {
    static final BytePairs INSTANCE = read();
  }

  static BytePairs instance() {
    return Holder.INSTANCE;
  }

  /**
   * Returns those with the first merges alone, which are the commonest.
   *
   * @param count how many tokens there are, from {@link #BYTES} to {@link #COUNT}
   */
  static BytePairs first(int count) {
    return count == COUNT ? instance() : new BytePairs(instance(), count);
  }

  /** Returns how many tokens there are before the special ones. */
  int count() {
    return count;
  }

  private static BytePairs read() {
    String name = "clip-merges.bin.gz";
    try (InputStream file = ModuleResource.open(BytePairs.class, name)) {
      byte[] planes = new GZIPInputStream(file, 1 << 16).readAllBytes();
      if (planes.length != 4 * MERGES) {
        throw new OpenClipException("the resource " + name + " is damaged");
      }
      return new BytePairs(planes);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  private int slot(int key) {
    int slot = (key * 0x9E3779B9) >>> 15;
    while (keys[slot] != key && keys[slot] != -1) {
      slot = slot + 1 & TABLE - 1;
    }
    return slot;
  }

  /** Returns the rank of the merge of two tokens; the largest number when there is none. */
  private int rank(int first, int second) {
    int slot = slot(first << 16 | second);
    return keys[slot] == -1 ? Integer.MAX_VALUE : ranks[slot];
  }

  /**
   * Returns the tokens of one word: the pair of the lowest rank is merged until none is left.
   *
   * @param utf8 the bytes of the word, at least one
   */
  int[] encode(byte[] utf8) {
    int[] tokens = new int[utf8.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = tokenOfByte[utf8[i] & 0xff];
    }
    int length = tokens.length;
    tokens[length - 1] += 256;
    while (length > 1) {
      int best = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < length; i++) {
        best = Math.min(best, rank(tokens[i], tokens[i + 1]));
      }
      if (best >= count - FIRST_MERGE) {
        break;
      }
      int kept = 0;
      for (int i = 0; i < length; i++) {
        if (i + 1 < length && tokens[i] == left[best] && tokens[i + 1] == right[best]) {
          tokens[kept++] = FIRST_MERGE + best;
          i++;
        } else {
          tokens[kept++] = tokens[i];
        }
      }
      length = kept;
    }
    return Arrays.copyOf(tokens, length);
  }

  /** Appends the bytes of a token; the end of a word is written {@code </w>}. */
  void decode(int token, java.io.ByteArrayOutputStream out) {
    if (token >= FIRST_MERGE) {
      decode(left[token - FIRST_MERGE], out);
      decode(right[token - FIRST_MERGE], out);
      return;
    }
    out.write(byteOfToken[token & 0xff]);
    if (token >= 256) {
      out.writeBytes(WORD_END);
    }
  }

  /**
   * Returns every token as vocabularies spell it: a byte that prints as its character of Latin-1,
   * any other as one from U+0100 on, and the end of a word as {@code </w>}.
   */
  String[] symbols() {
    String[] symbols = new String[count];
    int unprinted = 0x100;
    for (int token = 0; token < 256; token++) {
      int b = byteOfToken[token] & 0xff;
      symbols[token] = Character.toString(prints(b) ? b : unprinted++);
      symbols[256 + token] = symbols[token] + "</w>";
    }
    for (int i = 0; i < count - FIRST_MERGE; i++) {
      symbols[FIRST_MERGE + i] = symbols[left[i]] + symbols[right[i]];
    }
    return symbols;
  }

  /**
   * Returns the merges in the order of their ranks, each as its two tokens with a space between.
   */
  List<String> merges(String[] symbols) {
    return IntStream.range(0, count - FIRST_MERGE)
        .mapToObj(i -> symbols[left[i]] + " " + symbols[right[i]])
        .toList();
  }
}
