package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/** The only scan of a sequential picture, whose blocks are transformed as they come. */
final class SequentialScan {
  private final Segment segment;
  private final BitReader bits;
  private final Frame frame;
  private final Scan scan;
  private final PixelRows pixels;

  SequentialScan(Segment segment, Frame frame, Scan scan, PixelRows pixels) {
    this.segment = segment;
    this.frame = frame;
    this.scan = scan;
    this.pixels = pixels;
    bits = new BitReader(segment);
  }

  /**
   * Decodes the scan. Units whose data are missing are grey until the next restart, as in libjpeg.
   *
   * @param start where its first segment starts
   * @param restartInterval units between two restart markers; 0 for none
   */
  PixelRows decode(int start, int restartInterval) {
    segment.first(start);
    bits.start();
    int count = scan.components().length;
    int untilRestart = restartInterval > 0 ? restartInterval : Integer.MAX_VALUE;
    boolean over = false;
    for (int row = 0; row < frame.unitsDown(); row++) {
      for (int column = 0; column < frame.unitsAcross(); column++) {
        if (untilRestart == 0) {
          over = !segment.restart() && over;
          bits.start();
          for (Component component : scan.components()) {
            component.prediction = 0;
          }
          untilRestart = restartInterval;
        }
        if (!over) {
          for (int i = 0; i < count; i++) {
            decode(scan.components()[i], scan.dc()[i], scan.ac()[i], column);
          }
          over = bits.isPastEnd();
          if (over && segment.isLast()) {
            throw segment.cut();
          }
        }
        untilRestart -= restartInterval > 0 ? 1 : 0;
      }
      pixels.finish(row);
    }
    // Without a marker behind it, the file was cut.
    segment.marker();
    return pixels;
  }

  private void decode(
      Component component, @Nullable HuffmanTable dc, @Nullable HuffmanTable ac, int unit) {
    int[] quant = component.quant;
    if (dc == null || ac == null || quant == null) {
      return;
    }
    for (int by = 0; by < component.down; by++) {
      for (int bx = 0; bx < component.across; bx++) {
        int block = unit * component.across + bx;
        int[][] rows = component.groups[by][block / InverseDct.BLOCKS];
        int lane = block % InverseDct.BLOCKS;
        component.prediction += bits.number(bits.symbol(dc) & 15);
        rows[0][lane] = component.prediction * quant[0];
        bits.block(ac, quant, rows, InverseDct.BLOCKS, lane);
      }
    }
  }
}
