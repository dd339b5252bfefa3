package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/** The decoding of one scan of a progressive picture (T.81, annex G). */
final class ProgressiveScan {
  private final BitReader bits;
  private final Frame frame;
  private final Scan scan;

  /** Blocks that have no more coefficients in this scan. */
  private int emptyBlocks;

  ProgressiveScan(BitReader bits, Frame frame, Scan scan) {
    this.bits = bits;
    this.frame = frame;
    this.scan = scan;
  }

  /**
   * Decodes the scan.
   *
   * @param at where its first segment starts
   * @return where the marker behind it starts; -1 when it is damaged
   */
  int decode(int at, int restartInterval, byte[] file) {
    if (!isSound()) {
      return -1;
    }
    boolean alone = scan.components().length == 1;
    Component only = scan.components()[0];
    int across = alone ? (only.width + 7) / 8 : frame.unitsAcross();
    int units = across * (alone ? (only.height + 7) / 8 : frame.unitsDown());
    int end = bits.open(at);
    for (int unit = 0; unit < units; unit++) {
      if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) {
        if (bits.isDamaged() || !JpegDecoder.isRestart(file, end)) {
          return -1;
        }
        end = bits.open(end + 2);
        emptyBlocks = 0;
        for (Component component : scan.components()) {
          component.prediction = 0;
        }
      }
      if (alone) {
        block(0, unit % across, unit / across);
      } else {
        for (int i = 0; i < scan.components().length; i++) {
          Component component = scan.components()[i];
          for (int by = 0; by < component.down; by++) {
            for (int bx = 0; bx < component.across; bx++) {
              block(i, unit % across * component.across + bx, unit / across * component.down + by);
            }
          }
        }
      }
    }
    return bits.isDamaged() ? -1 : end;
  }

  private boolean isSound() {
    if (scan.first() > scan.last() || scan.last() > 63 || scan.low() > 13) {
      return false;
    }
    boolean forDc = scan.first() == 0;
    if (forDc ? scan.last() != 0 : scan.components().length != 1) {
      return false;
    }
    for (int i = 0; i < scan.components().length; i++) {
      Component component = scan.components()[i];
      component.prediction = 0;
      if ((forDc ? scan.high() == 0 && scan.dc()[i] == null : scan.ac()[i] == null)) {
        return false;
      }
      for (int k = scan.first(); k <= scan.last(); k++) {
        boolean follows = component.missingBits[k] == (scan.high() == 0 ? 16 : scan.high());
        if (!follows || (scan.high() != 0 && scan.high() != scan.low() + 1)) {
          return false;
        }
        component.missingBits[k] = scan.low();
      }
    }
    return true;
  }

  private void block(int index, int column, int row) {
    Component component = scan.components()[index];
    short[] all = component.coefficients;
    if (all == null) {
      return;
    }
    int at = (row * component.blocksAcross + column) * 64;
    if (scan.first() == 0) {
      if (scan.high() != 0) {
        all[at] |= (short) (bits.take(1) << scan.low());
        return;
      }
      component.prediction += bits.number(bits.symbol(table(scan.dc(), index)) & 15);
      all[at] = (short) (component.prediction << scan.low());
    } else if (scan.high() == 0) {
      first(all, at, table(scan.ac(), index));
    } else {
      refine(all, at, table(scan.ac(), index));
    }
  }

  private static HuffmanTable table(@Nullable HuffmanTable[] tables, int index) {
    HuffmanTable table = tables[index];
    if (table == null) {
      throw new IllegalStateException("tables are checked before the scan");
    }
    return table;
  }

  private void first(short[] all, int at, HuffmanTable table) {
    if (emptyBlocks > 0) {
      emptyBlocks--;
      return;
    }
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
      k += run;
      if (k > 63) {
        bits.damage();
        return;
      }
      all[at + k] = (short) (bits.number(size) << scan.low());
    }
  }

  private void refine(short[] all, int at, HuffmanTable table) {
    int k = scan.first();
    if (emptyBlocks == 0) {
      while (k <= scan.last()) {
        int symbol = bits.symbol(table);
        int run = symbol >> 4;
        int size = symbol & 15;
        int fresh = 0;
        if (size != 0) {
          fresh = bits.take(1) != 0 ? 1 << scan.low() : -1 << scan.low();
        } else if (run < 15) {
          emptyBlocks = (1 << run) + bits.take(run);
          break;
        }
        // Coefficients that are known get their next bit; zeros are counted off by the run.
        for (; k <= scan.last(); k++) {
          if (all[at + k] != 0) {
            refine(all, at + k);
          } else if (run == 0) {
            break;
          } else {
            run--;
          }
        }
        if (fresh != 0) {
          if (k > 63) {
            bits.damage();
            return;
          }
          all[at + k] = (short) fresh;
        }
        k++;
      }
    }
    if (emptyBlocks > 0) {
      for (; k <= scan.last(); k++) {
        if (all[at + k] != 0) {
          refine(all, at + k);
        }
      }
      emptyBlocks--;
    }
  }

  private void refine(short[] all, int at) {
    int bit = 1 << scan.low();
    if (bits.take(1) != 0 && (all[at] & bit) == 0) {
      all[at] += (short) (all[at] >= 0 ? bit : -bit);
    }
  }
}
