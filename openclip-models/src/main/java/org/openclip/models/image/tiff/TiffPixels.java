package org.openclip.models.image.tiff;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The step from rows of samples, as they stand in a TIFF file, to pixels. */
final class TiffPixels {
  private final TiffLayout layout;
  private final int channels;
  private final int size;
  private final byte[] pixels;

  TiffPixels(TiffLayout layout) {
    this.layout = layout;
    channels = layout.channels();
    size = layout.mode().bytes();
    pixels = new byte[Math.multiplyExact(size, layout.width() * layout.height())];
  }

  byte[] finished() {
    if (layout.premultiplied() && size == 4) {
      for (int at = 0; at < pixels.length; at += 4) {
        divideByOpacity(at);
      }
    }
    return pixels;
  }

  private void divideByOpacity(int at) {
    int alpha = pixels[at + 3] & 0xff;
    for (int c = at; c < at + 3 && alpha < 255; c++) {
      int level = pixels[c] & 0xff;
      pixels[c] = (byte) (alpha == 0 ? 0 : Math.min(255, level * 255 / alpha));
    }
  }

  /**
   * Takes a part of a row.
   *
   * @param plane the sample that a separate plane holds; 0 without planes
   */
  void put(byte[] in, int at, int x, int y, int count, int plane) {
    int to = (y * layout.width() + x) * size;
    switch (layout.bits()) {
      case 8 -> bytes(in, at, to, count, plane, 1, 0);
      case 16 -> {
        if (channels > 1) {
          bytes(in, at, to, count, plane, 2, layout.bigEndian() ? 0 : 1);
        } else if (size == 2) {
          System.arraycopy(in, at, pixels, to, 2 * count);
        } else {
          wide(in, at, to, count, 2);
        }
      }
      case 32 -> wide(in, at, to, count, 4);
      case 12 -> {
        for (int i = 0; i < count; i++) {
          int first = at + i / 2 * 3;
          int level =
              (i & 1) == 0
                  ? (in[first] & 0xff) << 4 | (in[first + 1] & 0xff) >> 4
                  : (in[first + 1] & 15) << 8 | (in[first + 2] & 0xff);
          pixels[to + 2 * i] = (byte) level;
          pixels[to + 2 * i + 1] = (byte) (level >> 8);
        }
      }
      default -> parts(in, at, to, count);
    }
  }

  private void bytes(byte[] in, int at, int to, int count, int plane, int width, int offset) {
    if (layout.planar()) {
      for (int i = 0; i < count; i++) {
        pixels[to + i * size + plane] = in[at + i * width + offset];
      }
      return;
    }
    int step = layout.samples() * width;
    if (width == 1 && step == size) {
      System.arraycopy(in, at, pixels, to, count * size);
    } else {
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < channels; c++) {
          pixels[to + i * size + c] = in[at + i * step + c * width + offset];
        }
      }
    }
    boolean inverted = layout.photometric() == TiffLayout.WHITE_IS_ZERO && layout.samples() == 1;
    if (inverted) {
      for (int i = to; i < to + count; i++) {
        pixels[i] = (byte) ~pixels[i];
      }
    }
    if (layout.photometric() == TiffLayout.LAB) {
      // The file has signed colours, the mode has them 128 higher.
      for (int i = to; i < to + 3 * count; i += 3) {
        pixels[i + 1] ^= (byte) 0x80;
        pixels[i + 2] ^= (byte) 0x80;
      }
    }
  }

  /** Samples of fewer than eight bits: levels over the whole range, or indices. */
  private void parts(byte[] in, int at, int to, int count) {
    int bits = layout.bits();
    int most = (1 << bits) - 1;
    boolean index = layout.photometric() == TiffLayout.PALETTE;
    int factor = index ? 1 : 255 / most;
    int flip = layout.photometric() == TiffLayout.WHITE_IS_ZERO ? most : 0;
    for (int i = 0; i < count; i++) {
      int bit = i * bits;
      int level = in[at + (bit >> 3)] >> (8 - bits - (bit & 7)) & most;
      pixels[to + i] = (byte) ((level ^ flip) * factor);
    }
  }

  private void wide(byte[] in, int at, int to, int count, int width) {
    ByteBuffer from = ByteBuffer.wrap(in, at, count * width);
    from.order(layout.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.wrap(pixels, to, 4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      out.putInt(width == 2 ? from.getShort() : from.getInt());
    }
  }
}
