package org.openclip.models.text;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of words that were met before, for many threads and without locks: a place holds an
 * immutable entry, so that whoever races reads the old word or the new one, never half of one.
 */
final class WordCache {
  /** Words longer than this are rare, and not worth the memory. */
  static final int LONGEST_WORD = 64;

  private static final int PLACES = 1 << 16;

  @SuppressWarnings("ArrayRecordComponent")
  private record Entry(String word, int[] tokens) {}

  private final @Nullable Entry[] places = new @Nullable Entry[PLACES];

  /** Returns the tokens of a part of a text, which must not be written to; null when unknown. */
  int @Nullable [] get(String text, int from, int to) {
    int place = place(text, from, to);
    for (int way = 0; way < 2; way++) {
      Entry entry = places[place ^ way];
      if (entry != null && entry.word.length() == to - from && text.startsWith(entry.word, from)) {
        return entry.tokens;
      }
    }
    return null;
  }

  /** Remembers the tokens of a word, perhaps in place of another word. */
  void put(String word, int[] tokens) {
    if (word.length() <= LONGEST_WORD) {
      int place = place(word, 0, word.length());
      places[places[place] == null ? place : place ^ 1] = new Entry(word, tokens);
    }
  }

  private static int place(String text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return (hash * 0x9E3779B9) >>> 16;
  }
}
