package org.openclip.models.image.jpeg;

import java.util.Arrays;

/** A scan of arithmetic codes (T.81, annexes D, F.2.4 and G.2). */
final class ArithmeticScan extends ScanDecoder {
  /** The states of a first coefficient's tail, and of others up to and behind the limit. */
  private static final int DC_TAIL = 20;

  private static final int AC_LOW_TAIL = 189;
  private static final int AC_HIGH_TAIL = 217;

  /** From the state that tells a number's size to that which tells its bits. */
  private static final int TO_BITS = 14;

  private final ArithmeticReader bits;
  private final byte[][] dc = new byte[16][64];
  private final byte[][] ac = new byte[16][256];
  private final int[] contexts = new int[4];

  /** A state that stays at even odds. */
  private final byte[] even = {113};

  private final Tables.Conditioning conditioning;

  ArithmeticScan(
      Segment segment,
      Frame frame,
      Scan scan,
      int restartInterval,
      Tables.Conditioning conditioning) {
    super(segment, frame, scan, restartInterval);
    bits = new ArithmeticReader(segment);
    this.conditioning = conditioning;
  }

  @Override
  void restart() {
    bits.start();
    for (int i = 0; i < scan.components().length; i++) {
      Arrays.fill(dc[scan.dcTable()[i]], (byte) 0);
      Arrays.fill(ac[scan.acTable()[i]], (byte) 0);
      scan.components()[i].prediction = 0;
      contexts[i] = 0;
    }
  }

  @Override
  boolean isOver() {
    return bits.isDamaged() || (segment.isLast() && bits.isPastEnd());
  }

  @Override
  void block(int index, int column, int row) {
    Coefficients all = scan.components()[index].kept();
    byte[] states = ac[scan.acTable()[index]];
    int limit = conditioning.acLimit()[scan.acTable()[index]];
    if (!frame.progressive()) {
      first(all, index, column, row);
      band(all, column, row, states, limit, 1, 63, 0);
    } else if (scan.first() == 0) {
      if (scan.high() == 0) {
        first(all, index, column, row);
      } else if (bits.decide(even, 0) != 0) {
        all.first(column, row, all.first(column, row) | 1 << scan.low());
      }
    } else if (scan.high() == 0) {
      band(all, column, row, states, limit, scan.first(), scan.last(), scan.low());
    } else {
      refine(all, column, row, states);
    }
  }

  private void first(Coefficients all, int index, int column, int row) {
    int table = scan.dcTable()[index];
    byte[] states = dc[table];
    Component component = scan.components()[index];
    int state = contexts[index];
    if (bits.decide(states, state) == 0) {
      contexts[index] = 0;
    } else {
      int sign = bits.decide(states, state + 1);
      state += 2 + sign;
      int size = bits.decide(states, state);
      if (size != 0) {
        state = DC_TAIL;
        while (bits.decide(states, state) != 0) {
          size <<= 1;
          if (size == 0x8000) {
            bits.damage();
            return;
          }
          state++;
        }
      }
      int small = 1 << conditioning.dcLow()[table] >> 1;
      int large = 1 << conditioning.dcHigh()[table] >> 1;
      contexts[index] = size < small ? 0 : (size > large ? 12 : 4) + 4 * sign;
      component.prediction += number(states, state, size, sign);
    }
    all.first(column, row, component.prediction << scan.low());
  }

  private int number(byte[] states, int state, int size, int sign) {
    int value = size;
    for (int bit = size >> 1; bit != 0; bit >>= 1) {
      value |= bits.decide(states, state + TO_BITS) != 0 ? bit : 0;
    }
    return sign != 0 ? -value - 1 : value + 1;
  }

  private void band(
      Coefficients all,
      int column,
      int row,
      byte[] states,
      int limit,
      int from,
      int last,
      int low) {
    for (int k = from; k <= last; k++) {
      int state = 3 * (k - 1);
      if (bits.decide(states, state) != 0) {
        return;
      }
      while (bits.decide(states, state + 1) == 0) {
        state += 3;
        k++;
        if (k > last) {
          bits.damage();
          return;
        }
      }
      int sign = bits.decide(even, 0);
      state += 2;
      int size = bits.decide(states, state);
      if (size != 0 && bits.decide(states, state) != 0) {
        size = 2;
        state = k <= limit ? AC_LOW_TAIL : AC_HIGH_TAIL;
        while (bits.decide(states, state) != 0) {
          size <<= 1;
          if (size == 0x8000) {
            bits.damage();
            return;
          }
          state++;
        }
      }
      int value = number(states, state, size, sign);
      all.coded(column, row)[Coefficients.place(column) + k] = (short) (value << low);
    }
  }

  private void refine(Coefficients all, int column, int row, byte[] states) {
    short[] group = all.group(column, row);
    int at = Coefficients.place(column);
    int known = group == null ? 0 : scan.last();
    while (group != null && known > 0 && group[at + known] == 0) {
      known--;
    }
    int bit = 1 << scan.low();
    for (int k = scan.first(); k <= scan.last(); k++) {
      int state = 3 * (k - 1);
      if (k > known && bits.decide(states, state) != 0) {
        return;
      }
      while (true) {
        int value = group == null ? 0 : group[at + k];
        if (value != 0) {
          if (bits.decide(states, state + 2) != 0) {
            all.coded(column, row)[at + k] += (short) (value < 0 ? -bit : bit);
          }
          break;
        }
        if (bits.decide(states, state + 1) != 0) {
          group = all.coded(column, row);
          group[at + k] = (short) (bits.decide(even, 0) != 0 ? -bit : bit);
          break;
        }
        state += 3;
        k++;
        if (k > scan.last()) {
          bits.damage();
          return;
        }
      }
    }
  }
}
