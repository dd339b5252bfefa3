package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/** A scan of Huffman codes whose coefficients are kept (T.81, annexes F and G). */
final class HuffmanScan extends ScanDecoder {
  private final BitReader bits;

  /** Blocks that have no more coefficients in this scan. */
  private int emptyBlocks;

  HuffmanScan(Segment segment, Frame frame, Scan scan, int restartInterval) {
    super(segment, frame, scan, restartInterval);
    bits = new BitReader(segment);
  }

  @Override
  void restart() {
    bits.start();
    emptyBlocks = 0;
    for (Component component : scan.components()) {
      component.prediction = 0;
    }
  }

  @Override
  boolean isOver() {
    return bits.isPastEnd();
  }

  @Override
  int skip(int most) {
    if (emptyBlocks == 0 || scan.high() != 0) {
      return 0;
    }
    int skipped = Math.min(emptyBlocks, most);
    emptyBlocks -= skipped;
    return skipped;
  }

  @Override
  void block(int index, int column, int row) {
    Coefficients all = scan.components()[index].kept();
    if (!frame.progressive()) {
      first(all, index, column, row);
      others(all, column, row, table(scan.ac(), index));
    } else if (scan.first() == 0) {
      if (scan.high() == 0) {
        first(all, index, column, row);
      } else {
        all.first(column, row, all.first(column, row) | bits.take(1) << scan.low());
      }
    } else if (scan.high() == 0) {
      band(all, column, row, table(scan.ac(), index));
    } else {
      refine(all, column, row, table(scan.ac(), index));
    }
  }

  private void first(Coefficients all, int index, int column, int row) {
    Component component = scan.components()[index];
    component.prediction += bits.number(bits.symbol(table(scan.dc(), index)) & 15);
    all.first(column, row, component.prediction << scan.low());
  }

  private static HuffmanTable table(@Nullable HuffmanTable[] tables, int index) {
    HuffmanTable table = tables[index];
    if (table == null) {
      throw new IllegalStateException("tables are checked before the scan");
    }
    return table;
  }

  private void others(Coefficients all, int column, int row, HuffmanTable table) {
    for (int k = 1; k < 64; k++) {
      int symbol = bits.symbol(table);
      int size = symbol & 15;
      if (size == 0) {
        if (symbol >> 4 != 15) {
          return;
        }
        k += 15;
        continue;
      }
      k = Math.min(63, k + (symbol >> 4));
      all.coded(column, row)[Coefficients.place(column) + k] = (short) bits.number(size);
    }
  }

  private void band(Coefficients all, int column, int row, HuffmanTable table) {
    for (int k = scan.first(); k <= scan.last(); k++) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size == 0) {
        if (run < 15) {
          emptyBlocks = (1 << run) + bits.take(run) - 1;
          return;
        }
        k += 15;
        continue;
      }
      k = Math.min(63, k + run);
      all.coded(column, row)[Coefficients.place(column) + k] =
          (short) (bits.number(size) << scan.low());
    }
  }

  private void refine(Coefficients all, int column, int row, HuffmanTable table) {
    int at = Coefficients.place(column);
    short[] group = all.group(column, row);
    int k = scan.first();
    if (emptyBlocks == 0) {
      if (group == null) {
        group = all.coded(column, row);
      }
      while (k <= scan.last()) {
        int symbol = bits.symbol(table);
        int run = symbol >> 4;
        int fresh = 0;
        if ((symbol & 15) != 0) {
          fresh = bits.take(1) != 0 ? 1 << scan.low() : -1 << scan.low();
        } else if (run < 15) {
          emptyBlocks = (1 << run) + bits.take(run);
          break;
        }
        // Coefficients that are known get their next bit; zeros are counted off by the run.
        for (; k <= scan.last(); k++) {
          if (group[at + k] != 0) {
            refine(group, at + k);
          } else if (run == 0) {
            break;
          } else {
            run--;
          }
        }
        if (fresh != 0) {
          group[at + Math.min(63, k)] = (short) fresh;
        }
        k++;
      }
    }
    if (emptyBlocks > 0) {
      for (; group != null && k <= scan.last(); k++) {
        if (group[at + k] != 0) {
          refine(group, at + k);
        }
      }
      emptyBlocks--;
    }
  }

  private void refine(short[] group, int at) {
    int bit = 1 << scan.low();
    if (bits.take(1) != 0 && (group[at] & bit) == 0) {
      group[at] += (short) (group[at] >= 0 ? bit : -bit);
    }
  }
}
