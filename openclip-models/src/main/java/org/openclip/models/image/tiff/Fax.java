package org.openclip.models.image.tiff;

import java.util.Arrays;

/**
 * The codes of fax machines (ITU-T T.4 and T.6): runs of white and black in turn, each row alone or
 * by what changed from the row above.
 */
final class Fax {
  private static final int END_OF_LINE = -1;
  private static final int NO_CODE = -2;

  /** For 13 bits, the run that they begin with times 16, plus the code's length; 0 for none. */
  private static final int[] WHITE = table(FaxCodes.WHITE, FaxCodes.WHITE_MAKE_UP);

  private static final int[] BLACK = table(FaxCodes.BLACK, FaxCodes.BLACK_MAKE_UP);

  private static final int PASS = 7;
  private static final int RUNS = 8;

  /**
   * For 7 bits, the mode that they begin with times 16, plus its length; 0 to 6 for a shift of 3.
   */
  private static final int[] MODES = new int[1 << 7];

  static {
    String[] codes = {"0000010", "000010", "010", "1", "011", "000011", "0000011", "0001", "001"};
    for (int mode = 0; mode < codes.length; mode++) {
      int length = codes[mode].length();
      int first = Integer.parseInt(codes[mode], 2) << (7 - length);
      Arrays.fill(MODES, first, first + (1 << (7 - length)), mode << 4 | length);
    }
  }

  private final byte[] in;
  private final int columns;

  /** The next bit. */
  private long at;

  private boolean damaged;

  private Fax(byte[] in, int columns) {
    this.in = in;
    this.columns = columns;
  }

  private static int[] table(String[] terminating, String[] makeUp) {
    int[] table = new int[1 << 13];
    for (int i = 0; i < terminating.length; i++) {
      enter(table, terminating[i], i);
    }
    for (int i = 0; i < makeUp.length; i++) {
      enter(table, makeUp[i], 64 * (i + 1));
    }
    for (int i = 0; i < FaxCodes.LONG_MAKE_UP.length; i++) {
      enter(table, FaxCodes.LONG_MAKE_UP[i], 1792 + 64 * i);
    }
    return table;
  }

  private static void enter(int[] table, String code, int run) {
    int first = Integer.parseInt(code, 2) << (13 - code.length());
    Arrays.fill(table, first, first + (1 << (13 - code.length())), run << 4 | code.length());
  }

  /**
   * Decodes a block of rows; those that are missing at its end stay white.
   *
   * @param rows takes rows of whole bytes, 1 for black
   * @param compression 2 (rows that end with bytes), 3 (group 3) or 4 (group 4)
   * @param options of group 3: bit 0 for rows that follow from the one above
   * @return whether there was a first row
   */
  static boolean decode(byte[] in, byte[] rows, int columns, int compression, int options) {
    Fax fax = new Fax(in, columns);
    int stride = (columns + 7) / 8;
    int[] above = {columns, columns, columns, columns};
    int done = 0;
    for (int row = 0; (row + 1) * stride <= rows.length; row++) {
      boolean alone = compression != 4;
      if (compression == 3) {
        if (!fax.skipEndOfLine()) {
          break;
        }
        fax.damaged = false;
        alone = (options & 1) == 0 || fax.take(1) == 1;
      }
      if (compression == 2) {
        fax.at = (fax.at + 7) / 8 * 8;
      }
      if (fax.at >= 8L * in.length) {
        break;
      }
      int[] changes = alone ? fax.alone() : fax.following(above);
      if (changes.length == 0) {
        break;
      }
      paint(changes, columns, rows, row * stride);
      above = changes;
      done++;
      if (fax.damaged && compression != 3) {
        break;
      }
    }
    return done > 0;
  }

  private int peek(int count) {
    int bits = 0;
    int first = (int) (at >> 3);
    for (int i = 0; i < 4; i++) {
      bits = bits << 8 | (first + i < in.length ? in[first + i] & 0xff : 0);
    }
    return bits << (int) (at & 7) >>> (32 - count);
  }

  private int take(int count) {
    int bits = peek(count);
    at += count;
    return bits;
  }

  /** Passes over fill bits and an end of line, which the first row of a file may lack. */
  private boolean skipEndOfLine() {
    long start = at;
    while (at < 8L * in.length && peek(11) != 0) {
      if (at == start && !damaged && run(true, true) >= 0) {
        at = start;
        return true;
      }
      at++;
    }
    while (at < 8L * in.length && peek(1) == 0) {
      at++;
    }
    at++;
    return at < 8L * in.length;
  }

  /** Returns the next run; {@link #END_OF_LINE} or {@link #NO_CODE} when there is none. */
  private int run(boolean white, boolean once) {
    int total = 0;
    while (true) {
      int entry = (white ? WHITE : BLACK)[peek(13)];
      if (entry == 0 || at >= 8L * in.length) {
        return peek(11) == 0 ? END_OF_LINE : NO_CODE;
      }
      at += entry & 15;
      total += entry >> 4;
      if (entry >> 4 < 64 || once || total > columns) {
        return total;
      }
    }
  }

  /** Returns where the colour changes in a row of runs, with columns behind the last change. */
  private int[] alone() {
    int[] changes = new int[16];
    int count = 0;
    int column = 0;
    boolean white = true;
    while (column < columns) {
      int run = run(white, false);
      if (run < 0) {
        damaged = true;
        break;
      }
      column = Math.min(columns, column + run);
      changes = add(changes, count++, column);
      white = !white;
    }
    return finish(changes, count);
  }

  private static int[] add(int[] changes, int count, int column) {
    int[] room = count + 4 < changes.length ? changes : Arrays.copyOf(changes, 2 * count + 8);
    room[count] = column;
    return room;
  }

  private int[] finish(int[] changes, int count) {
    int[] finished = Arrays.copyOf(changes, count + 4);
    Arrays.fill(finished, count, count + 4, columns);
    return finished;
  }

  /** Returns the changes of a row that is told by the one above (T.6); none at the end. */
  private int[] following(int[] above) {
    int[] changes = new int[16];
    int count = 0;
    int column = 0;
    boolean white = true;
    int known = 0;
    while (column < columns) {
      // The first change above from this colour to the other, to the right of here; of even index
      // from white to black.
      int change = Math.max(0, known - 1);
      change += (change & 1) == (white ? 0 : 1) ? 0 : 1;
      boolean start = column == 0 && count == 0;
      while (above[change] < columns && (start ? above[change] < 0 : above[change] <= column)) {
        change += 2;
      }
      known = change;
      int mode = MODES[peek(7)];
      at += mode & 15;
      if (mode == 0 || at > 8L * in.length) {
        damaged = true;
        break;
      }
      switch (mode >> 4) {
        case PASS -> column = Math.max(column, above[change + 1]);
        case RUNS -> {
          int first = run(white, false);
          int second = first < 0 ? first : run(!white, false);
          if (second < 0) {
            damaged = true;
            return finish(changes, count);
          }
          column = Math.min(columns, column + first);
          changes = add(changes, count++, column);
          column = Math.min(columns, column + second);
          changes = add(changes, count++, column);
        }
        default -> {
          column = Math.clamp(above[change] + (mode >> 4) - 3, column, columns);
          changes = add(changes, count++, column);
          white = !white;
        }
      }
    }
    return damaged && count == 0 && column == 0 ? new int[0] : finish(changes, count);
  }

  private static void paint(int[] changes, int columns, byte[] rows, int at) {
    for (int i = 0; i + 1 < changes.length && changes[i] < columns; i += 2) {
      int from = changes[i];
      int to = changes[i + 1];
      int first = at + (from >> 3);
      int last = at + (to >> 3);
      int head = 0xff >> (from & 7);
      int tail = 0xff00 >> (to & 7) & 0xff;
      if (first == last) {
        rows[first] |= (byte) (head & tail);
        continue;
      }
      rows[first] |= (byte) head;
      Arrays.fill(rows, first + 1, last, (byte) 0xff);
      if (tail != 0) {
        rows[last] |= (byte) tail;
      }
    }
  }
}
