package org.openclip.models.text.hf;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;

/**
 * What stands around the tokens of a text in a row.
 *
 * @param before ids before them
 * @param after ids behind them
 * @param pad the id that fills the row
 * @param last the id at the very end of the row, behind the padding; null for none
 * @param replaced an id that is written as padding wherever it stands; null for none
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(
    int[] before, int[] after, int pad, @Nullable Integer last, @Nullable Integer replaced) {
  /**
   * Checks that a row has room for more than the frame.
   *
   * @throws InvalidConfigException when it has not
   */
  void check(int contextLength) {
    if (room(contextLength) < 0) {
      throw new InvalidConfigException(
          "text_cfg.context_length",
          "is "
              + contextLength
              + ", but the tokenizer puts "
              + (contextLength - room(contextLength))
              + " special tokens around every text; use a larger value");
    }
  }

  private int room(int contextLength) {
    return contextLength - before.length - after.length - (last == null ? 0 : 1);
  }

  /** Writes one row: a text that is too long loses its last tokens. */
  void write(int[] tokens, long[] rows, int from, int contextLength) {
    int at = from;
    for (int id : before) {
      rows[at++] = id;
    }
    int kept = Math.min(tokens.length, room(contextLength));
    for (int i = 0; i < kept; i++) {
      rows[at++] = tokens[i];
    }
    for (int id : after) {
      rows[at++] = id;
    }
    int end = from + contextLength;
    while (at < end) {
      rows[at++] = pad;
    }
    if (last != null) {
      rows[end - 1] = last;
    }
    if (replaced != null) {
      for (int i = from; i < end; i++) {
        rows[i] = rows[i] == replaced ? pad : rows[i];
      }
    }
  }
}
