package org.openclip.models.image.jpeg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The bits of a segment of Huffman codes. Behind its end all bits are zero. */
final class BitReader {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Where the coefficients of a block stand, by their order in the file (T.81, figure A.6). */
  static final int[] NATURAL = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63
  };

  private final Segment segment;
  private final byte[] bytes;
  private int length;
  private int position;

  /** The next bits, the first one highest, and how many of them there are. */
  private long bits;

  private int count;
  private boolean pastEnd;

  BitReader(Segment segment) {
    this.segment = segment;
    bytes = segment.bytes;
  }

  /** Begins with the first bit of the segment. */
  void start() {
    length = segment.length;
    position = 0;
    bits = 0;
    count = 0;
    pastEnd = false;
  }

  /** Returns whether bits were read behind the end. */
  boolean isPastEnd() {
    return pastEnd || position * 8L - count > length * 8L;
  }

  private void passEnd() {
    pastEnd = true;
    position = length + 8;
  }

  private void refill() {
    bits |= (long) EIGHT.get(bytes, position) >>> count;
    int more = (63 - count) >> 3;
    position += more;
    count += 8 * more;
    if (position > length + 15) {
      passEnd();
    }
  }

  /** Returns the next bits as a number; at most 16. */
  int take(int size) {
    if (count < 16) {
      refill();
    }
    int value = (int) (bits >>> 1 >>> (63 - size));
    bits <<= size;
    count -= size;
    return value;
  }

  /** Returns the next symbol. */
  int symbol(HuffmanTable table) {
    if (count < 32) {
      refill();
    }
    int entry = table.entry((int) (bits >>> (64 - HuffmanTable.PEEK)));
    if (entry == 0) {
      entry = table.longEntry((int) (bits >>> 48));
    }
    bits <<= entry >> 8;
    count -= entry >> 8;
    return entry & 0xff;
  }

  /** Returns the next number of a size in bits (T.81, F.2.2.1); 0 for no bits. */
  int number(int size) {
    int value = take(size);
    return value < 1 << size >> 1 ? value - (1 << size) + 1 : value;
  }

  /**
   * Reads the coefficients of a sequential block but the first one, and writes them multiplied.
   *
   * @param quant the factors in the order of the file
   * @param rows takes the coefficient of row r and column c at {@code rows[r][c * step + lane]}
   */
  void block(HuffmanTable table, int[] quant, int[][] rows, int step, int lane) {
    // Fields are kept in locals: this loop takes a third of all time.
    long next = bits;
    int left = count;
    for (int k = 1; k < 64; k++) {
      if (left < 32) {
        next |= (long) EIGHT.get(bytes, position) >>> left;
        int more = (63 - left) >> 3;
        position += more;
        left += 8 * more;
        if (position > length + 15) {
          passEnd();
        }
      }
      int entry = table.entry((int) (next >>> (64 - HuffmanTable.PEEK)));
      if (entry == 0) {
        entry = table.longEntry((int) (next >>> 48));
      }
      next <<= entry >> 8;
      left -= entry >> 8;
      int size = entry & 15;
      int run = entry >> 4 & 15;
      if (size == 0) {
        if (run != 15) {
          break;
        }
        k += 15;
        continue;
      }
      // A run too long ends at the last coefficient.
      k = Math.min(63, k + run);
      int value = (int) (next >>> (64 - size));
      next <<= size;
      left -= size;
      // A number that begins with a zero is negative.
      value += (value >> (size - 1)) - 1 & 1 - (1 << size);
      int natural = NATURAL[k];
      rows[natural >> 3][(natural & 7) * step + lane] = value * quant[k];
    }
    bits = next;
    count = left;
  }
}
