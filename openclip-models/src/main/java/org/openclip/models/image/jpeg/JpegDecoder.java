package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/**
 * The decoding of one file. Whatever is unusual or damaged is left to a decoder of all JPEG files:
 * arithmetic coding, 12 bits, four components, sampling in other ratios than 1 and 2, a sequential
 * picture in several scans, an incomplete progressive one.
 */
public final class JpegDecoder {
  private final byte[] file;
  private final BitReader bits;
  private final Tables tables = new Tables();
  private @Nullable Frame frame;

  private JpegDecoder(byte[] file) {
    this.file = file;
    bits = new BitReader(file);
  }

  /**
   * Decodes a file.
   *
   * @return null when the file is unusual or damaged
   */
  public static @Nullable JpegPicture decode(byte[] file) {
    return new JpegDecoder(file).decode();
  }

  private @Nullable JpegPicture decode() {
    int at = 2;
    while (at >= 0 && at + 2 <= file.length && file[at] == (byte) 0xff) {
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      if (marker == 0xd9) {
        return progressive();
      }
      int end = at + 4 <= file.length ? at + 2 + Tables.word(file, at + 2) : at;
      if (end < at + 4 || end > file.length) {
        return null;
      }
      if (marker >= 0xc0 && marker <= 0xc2 && frame == null) {
        frame = Frame.read(file, at + 4, end, marker == 0xc2);
        if (frame == null) {
          return null;
        }
      } else if (marker == 0xda) {
        Scan scan = frame == null ? null : Scan.read(file, at + 4, end, frame, tables);
        if (frame == null || scan == null) {
          return null;
        }
        if (!frame.progressive()) {
          return sequential(frame, scan, end);
        }
        end = new ProgressiveScan(bits, frame, scan).decode(end, tables.restartInterval, file);
      } else {
        boolean usual = marker == 0xc4 || marker == 0xdb || marker == 0xdd || marker >= 0xe0;
        if (!usual || !tables.read(marker, file, at + 4, end)) {
          return null;
        }
      }
      at = end;
    }
    return null;
  }

  private @Nullable JpegPicture progressive() {
    if (frame == null || !frame.progressive()) {
      return null;
    }
    for (Component component : frame.components()) {
      for (int missing : component.missingBits) {
        if (missing != 0) {
          return null;
        }
      }
    }
    Pixels pixels = new Pixels(frame, isLuminance(frame));
    for (int row = 0; row < frame.unitsDown(); row++) {
      for (Component component : frame.components()) {
        component.load(row);
      }
      pixels.finish(row);
    }
    return pixels.picture();
  }

  private boolean isLuminance(Frame whole) {
    return whole.components().length == 3 && tables.isLuminance(whole.components());
  }

  private @Nullable JpegPicture sequential(Frame whole, Scan scan, int start) {
    int count = scan.components().length;
    if (count != whole.components().length) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      if (scan.dc()[i] == null || scan.ac()[i] == null) {
        return null;
      }
    }
    Pixels pixels = new Pixels(whole, isLuminance(whole));
    int interval = tables.restartInterval;
    int end = bits.open(start);
    int unit = 0;
    for (int row = 0; row < whole.unitsDown(); row++) {
      for (int column = 0; column < whole.unitsAcross(); column++) {
        if (interval > 0 && unit > 0 && unit % interval == 0) {
          if (bits.isDamaged() || !isRestart(file, end)) {
            return null;
          }
          end = bits.open(end + 2);
          for (Component component : scan.components()) {
            component.prediction = 0;
          }
        }
        for (int i = 0; i < count; i++) {
          decode(scan.components()[i], scan.dc()[i], scan.ac()[i], column);
        }
        unit++;
      }
      if (bits.isDamaged()) {
        return null;
      }
      pixels.finish(row);
    }
    // Without a marker behind it, the file was cut; whether that matters is for others to say.
    return end + 2 <= file.length ? pixels.picture() : null;
  }

  private void decode(
      Component component, @Nullable HuffmanTable dc, @Nullable HuffmanTable ac, int unit) {
    if (dc == null || ac == null) {
      return;
    }
    for (int by = 0; by < component.down; by++) {
      for (int bx = 0; bx < component.across; bx++) {
        int block = unit * component.across + bx;
        int[][] rows = component.groups[by][block / InverseDct.BLOCKS];
        int lane = block % InverseDct.BLOCKS;
        component.prediction += bits.number(bits.symbol(dc) & 15);
        rows[0][lane] = component.prediction * component.quant[0];
        bits.block(ac, component.quant, rows, InverseDct.BLOCKS, lane);
      }
    }
  }

  /** Returns whether a restart marker stands at an index. */
  static boolean isRestart(byte[] file, int at) {
    return at + 1 < file.length && (file[at + 1] & 0xf8) == 0xd0;
  }
}
