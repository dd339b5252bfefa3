package org.openclip.models.image.jpeg;

/**
 * The way through a scan, unit by unit: restarts, and what becomes of blocks whose data are
 * missing. They stay as they are until the next restart, as in libjpeg.
 */
abstract class ScanDecoder {
  final Segment segment;
  final Frame frame;
  final Scan scan;
  private final int restartInterval;
  private final int across;
  private final int units;
  private int unit;
  private int untilRestart;

  ScanDecoder(Segment segment, Frame frame, Scan scan, int restartInterval) {
    this.segment = segment;
    this.frame = frame;
    this.scan = scan;
    this.restartInterval = restartInterval;
    Component only = scan.components()[0];
    boolean alone = scan.components().length == 1;
    across = alone ? only.blocksWide() : frame.unitsAcross();
    units = across * (alone ? only.blocksHigh() : frame.unitsDown());
  }

  /** Begins with the first bit of the segment, with predictions of zero. */
  abstract void restart();

  /** Decodes a block of the scan's component of an index. */
  abstract void block(int index, int column, int row);

  /** Returns whether the rest of the segment is to be left out. */
  abstract boolean isOver();

  /**
   * Returns how many units, of one block each, may be passed over, as nothing is coded in them.
   *
   * @param most units until something else happens
   */
  int skip(int most) {
    return 0;
  }

  /**
   * Decodes the scan.
   *
   * @return the last row of units, counted in those of the frame, with data of their own
   */
  final int decode() {
    boolean over = false;
    int lastGood = -1;
    boolean alone = scan.components().length == 1;
    int rowsOfUnit = alone ? scan.components()[0].down : 1;
    restart();
    untilRestart = restartInterval > 0 ? restartInterval : Integer.MAX_VALUE;
    for (unit = 0; unit < units; ) {
      if (untilRestart == 0) {
        over = !segment.restart() && over;
        restart();
        untilRestart = restartInterval;
      }
      int skipped = 1;
      if (over) {
        // All until the next restart is missing.
        skipped = Math.min(units - unit, untilRestart);
      } else {
        lastGood = unit / across / rowsOfUnit;
        int most = Math.min(units - unit, untilRestart);
        int empty = alone ? skip(most) : 0;
        if (empty > 0) {
          skipped = empty;
          lastGood = (unit + empty - 1) / across / rowsOfUnit;
        } else {
          unit();
          over = isOver();
          if (over && segment.isLast()) {
            throw segment.cut();
          }
        }
      }
      unit += skipped;
      untilRestart -= restartInterval > 0 ? skipped : 0;
    }
    return lastGood;
  }

  private void unit() {
    Component[] components = scan.components();
    if (components.length == 1) {
      block(0, unit % across, unit / across);
      return;
    }
    for (int i = 0; i < components.length; i++) {
      Component component = components[i];
      for (int by = 0; by < component.down; by++) {
        for (int bx = 0; bx < component.across; bx++) {
          block(i, unit % across * component.across + bx, unit / across * component.down + by);
        }
      }
    }
  }
}
