package org.openclip.models.image.jpeg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A code of symbols by bit strings of 1 to 16 bits (T.81, annex C and F.2.2.3). */
final class HuffmanTable {
  /** Codes up to this length are looked up at once. */
  static final int PEEK = 10;

  private static final int LONGEST = 16;

  /** What damage is read as: 17 bits of symbol 0, as in libjpeg. */
  private static final int NO_CODE = (LONGEST + 1) << 8;

  /** For each possible beginning, length and symbol of its code; 0 when the code is longer. */
  private final short[] fast = new short[1 << PEEK];

  /** For each length, what 16 bits are below that begin with a code of this length or less. */
  private final int[] limits = new int[LONGEST + 1];

  /** For each length, what leads from a code to the index of its symbol. */
  private final int[] offsets = new int[LONGEST + 1];

  private final byte[] symbols;

  private HuffmanTable(byte[] symbols) {
    this.symbols = symbols;
  }

  /**
   * Reads a table.
   *
   * @param file holds 16 counts of codes by length, and the symbols in order
   * @return null when there are more codes than bits can tell apart
   */
  static @Nullable HuffmanTable read(byte[] file, int at, int symbols) {
    HuffmanTable table = new HuffmanTable(Arrays.copyOfRange(file, at + 16, at + 16 + symbols));
    int code = 0;
    int index = 0;
    for (int length = 1; length <= LONGEST; length++) {
      int count = file[at + length - 1] & 0xff;
      if (code + count > 1 << length) {
        return null;
      }
      table.offsets[length] = index - code;
      for (int i = 0; i < count && length <= PEEK; i++) {
        int entry = (length << 8) | (table.symbols[index + i] & 0xff);
        int first = (code + i) << (PEEK - length);
        Arrays.fill(table.fast, first, first + (1 << (PEEK - length)), (short) entry);
      }
      code += count;
      index += count;
      table.limits[length] = code << (LONGEST - length);
      code <<= 1;
    }
    return table;
  }

  /** Returns length times 256 plus symbol of the code that begins so; 0 when it is longer. */
  int entry(int beginning) {
    return fast[beginning];
  }

  /** Returns the same for any code, from its next 16 bits; symbol 0 when no code begins so. */
  int longEntry(int bits) {
    for (int length = PEEK + 1; length <= LONGEST; length++) {
      if (bits < limits[length]) {
        int symbol = symbols[(bits >> (LONGEST - length)) + offsets[length]] & 0xff;
        return (length << 8) | symbol;
      }
    }
    return NO_CODE;
  }
}
