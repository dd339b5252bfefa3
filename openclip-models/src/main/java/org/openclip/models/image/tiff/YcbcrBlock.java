package org.openclip.models.image.tiff;

/**
 * A block of luminance and two colours of fewer samples, which stand together in units (TIFF 6.0,
 * section 21), made red, green and blue as libtiff does it: each unit has one colour.
 */
final class YcbcrBlock {
  private static final int COEFFICIENTS = 529;

  private final int across;
  private final int down;
  private final int[] redOfRed = new int[256];
  private final int[] greenOfRed = new int[256];
  private final int[] greenOfBlue = new int[256];
  private final int[] blueOfBlue = new int[256];

  YcbcrBlock(TiffDirectory tags) {
    long[] sampling = tags.numbers(TiffDirectory.SUBSAMPLING);
    across = sampling.length > 1 ? (int) sampling[0] : 2;
    down = sampling.length > 1 ? (int) sampling[1] : 2;
    double[] luma = tags.rationals(COEFFICIENTS);
    if (luma.length != 3 || luma[1] == 0) {
      luma = new double[] {0.299, 0.587, 0.114};
    }
    double red = 2 - 2 * luma[0];
    double blue = 2 - 2 * luma[2];
    int byRed = fixed(red);
    int byBlue = fixed(blue);
    int greenByRed = -fixed(luma[0] * red / luma[1]);
    int greenByBlue = -fixed(luma[2] * blue / luma[1]);
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      redOfRed[i] = (byRed * x + 32768) >> 16;
      blueOfBlue[i] = (byBlue * x + 32768) >> 16;
      greenOfRed[i] = greenByRed * x;
      greenOfBlue[i] = greenByBlue * x + 32768;
    }
  }

  private static int fixed(double x) {
    return (int) (Math.clamp((float) x, 0, 2) * 65536 + 0.5);
  }

  /** Returns whether units are of sizes that are known. */
  boolean isKnown() {
    return (across == 1 || across == 2 || across == 4) && (down == 1 || down == 2 || down == 4);
  }

  /** Returns the bytes that a block takes. */
  long size(int columns, int rows) {
    return units(columns, across) * units(rows, down) * (across * down + 2);
  }

  private static long units(int pixels, int of) {
    return (pixels + of - 1L) / of;
  }

  /** Returns {@code uint8[rows, columns, 3]}. */
  byte[] toRgb(byte[] in, int columns, int rows) {
    byte[] rgb = new byte[Math.multiplyExact(3, columns * rows)];
    int size = across * down + 2;
    int wide = (int) units(columns, across);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        int unit = (y / down * wide + x / across) * size;
        int level = in[unit + y % down * across + x % across] & 0xff;
        int blue = in[unit + size - 2] & 0xff;
        int red = in[unit + size - 1] & 0xff;
        int to = 3 * (y * columns + x);
        rgb[to] = clip(level + redOfRed[red]);
        rgb[to + 1] = clip(level + ((greenOfBlue[blue] + greenOfRed[red]) >> 16));
        rgb[to + 2] = clip(level + blueOfBlue[blue]);
      }
    }
    return rgb;
  }

  private static byte clip(int level) {
    return (byte) Math.max(0, Math.min(255, level));
  }
}
