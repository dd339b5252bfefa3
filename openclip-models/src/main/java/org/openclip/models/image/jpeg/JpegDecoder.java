package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;
import org.openclip.models.image.source.PictureFile;

/**
 * Decodes one JPEG file. Damaged pixel data are decoded as by libjpeg. A file that ends within the
 * pixel data is an error.
 */
public final class JpegDecoder {
  private static final int END = 0xd9;

  private final PictureFile source;
  private final byte[] file;
  private final JpegColors colors;
  private final Segment segment;
  private final Tables tables = new Tables();
  private @Nullable Frame frame;
  private boolean isKept;
  private int scans;
  private int lastGood = -1;

  private JpegDecoder(PictureFile source, JpegColors colors) {
    this.source = source;
    this.colors = colors;
    file = source.bytes();
    segment = new Segment(source);
  }

  /** Decodes a file. */
  public static JpegPicture decode(PictureFile file) {
    return decode(file, JpegColors.MARKED);
  }

  /** Decodes a file whose components are known. */
  public static JpegPicture decode(PictureFile file, JpegColors colors) {
    return new JpegDecoder(file, colors).decode();
  }

  private JpegPicture decode() {
    int at = 2;
    while (true) {
      at = Segment.nextMarker(file, at);
      if (at + 2 > file.length) {
        throw source.cut(frame == null ? "before its pixels" : "in its pixels");
      }
      int marker = file[at + 1] & 0xff;
      if (marker == END) {
        return kept();
      }
      if (marker == 1 || (marker >= 0xd0 && marker <= 0xd7)) {
        at += 2;
        continue;
      }
      int end = at + 4 <= file.length ? at + 2 + Tables.word(file, at + 2) : file.length + 1;
      if (end > file.length) {
        throw source.cut(frame == null ? "before its pixels" : "in its pixels");
      }
      if (end < at + 4) {
        throw source.damaged("a segment has a length of less than 2 bytes");
      }
      switch (marker) {
        case 0xc0, 0xc1, 0xc2, 0xc9, 0xca -> {
          if (frame != null) {
            throw source.damaged("it has two frame headers");
          }
          frame = Frame.read(source, at + 4, end, marker);
          if (colors == JpegColors.MARKED && frame.components().length == 2) {
            throw source.unknown("JPEG of 2 components");
          }
        }
        case 0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xcb, 0xcd, 0xce, 0xcf ->
            throw source.unknown("lossless or hierarchical JPEG");
        case 0xda -> {
          if (frame == null) {
            throw source.damaged("a scan comes before the frame header");
          }
          if (!frame.progressive() && !frame.arithmetic()) {
            tables.standard();
          }
          Scan scan = Scan.read(source, at + 4, end, frame, tables);
          boolean whole = scan.components().length == frame.components().length;
          if (!isKept && !frame.progressive() && !frame.arithmetic() && whole) {
            return picture(
                new SequentialScan(segment, frame, scan, rows(frame))
                    .decode(end, tables.restartInterval));
          }
          end = keep(frame, scan, end);
          if (!frame.progressive() && whole) {
            return kept();
          }
        }
        default -> {
          if (marker < 0xc0 || marker == 0xd8 || !tables.read(marker, file, at + 4, end)) {
            throw source.damaged("its segment at byte " + at + " is invalid");
          }
        }
      }
      at = end;
    }
  }

  private int keep(Frame whole, Scan scan, int start) {
    if (!isKept) {
      whole.keep();
      isKept = true;
    }
    scan.note(scans++ == 0);
    segment.first(start);
    ScanDecoder decoder =
        whole.arithmetic()
            ? new ArithmeticScan(segment, whole, scan, tables.restartInterval, tables.conditioning)
            : new HuffmanScan(segment, whole, scan, tables.restartInterval);
    int good = decoder.decode();
    lastGood = good >= 0 ? good : lastGood;
    return segment.marker();
  }

  private JpegPicture kept() {
    Frame whole = frame;
    if (whole == null || !isKept) {
      throw source.damaged("it contains no picture");
    }
    if (whole.progressive()) {
      Smoothing.arrange(whole, scans, lastGood);
    }
    PixelRows rows = rows(whole);
    for (int row = 0; row < whole.unitsDown(); row++) {
      rows.finish(row);
    }
    return picture(rows);
  }

  private PixelRows rows(Frame whole) {
    int count = whole.components().length;
    boolean luminance =
        switch (colors) {
          case MARKED -> tables.isLuminance(whole.components());
          case LUMINANCE -> count == 3;
          case PLAIN -> false;
        };
    return whole.isUsual()
        ? new Pixels(whole, luminance)
        : new PlainPixels(whole, luminance, count == 4 && colors == JpegColors.MARKED);
  }

  private JpegPicture picture(PixelRows rows) {
    Frame whole = frame;
    if (whole == null) {
      throw new IllegalStateException("a picture has a frame");
    }
    return new JpegPicture(
        whole.width(), whole.height(), whole.components().length, rows.pixels(), tables.exif());
  }
}
