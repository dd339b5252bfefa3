package org.openclip.models.image.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * Decodes Windows and OS/2 bitmaps. Masks, run lengths and palettes are read as Pillow reads them,
 * even if other programs read them differently.
 */
public final class BmpDecoder {
  private static final int FILE_HEADER = 14;
  private static final int OS2_HEADER = 12;
  private static final int RLE_8 = 1;
  private static final int RLE_4 = 2;
  private static final int MASKS = 3;

  private final PictureFile file;
  private final int header;
  private final int width;
  private final int height;
  private final boolean topDown;
  private final int bits;
  private final int compression;
  private final int colors;

  /** Where what follows the header begins: masks, a palette, or pixels. */
  private int next;

  private BmpDecoder(PictureFile file) {
    this.file = file;
    header = file.little(FILE_HEADER, 4);
    int stated = 0;
    if (header == OS2_HEADER) {
      width = file.little(18, 2);
      height = file.little(20, 2);
      topDown = false;
      bits = file.little(24, 2);
      compression = 0;
    } else {
      switch (header) {
        case 40, 52, 56, 64, 108, 124 -> {}
        default -> throw file.unknown("BMP with a header of " + header + " bytes");
      }
      width = file.little(18, 4);
      topDown = file.at(25) == 0xff;
      height = topDown ? -file.little(22, 4) : file.little(22, 4);
      bits = file.little(28, 2);
      compression = file.little(30, 4);
      stated = file.little(46, 4);
    }
    Image.checkSize(file.name(), width, height);
    colors = stated != 0 ? stated : bits <= 8 ? 1 << bits : 0;
    next = FILE_HEADER + header;
  }

  /** Decodes a file. */
  public static Image decode(PictureFile file) {
    return new BmpDecoder(file).decode();
  }

  private Image decode() {
    return switch (bits) {
      case 1, 4, 8 -> indexed();
      case 16, 24, 32 -> coloured();
      default -> throw file.unknown("BMP of " + bits + " bits a pixel");
    };
  }

  private int offset() {
    int offset = file.little(10, 4);
    if (offset == FILE_HEADER + header && bits <= 8) {
      offset += 4 * colors;
    }
    return offset == 0 ? next : offset;
  }

  private Image image(ColorMode mode, byte[] pixels, byte @Nullable [] palette) {
    return new Image(width, height, mode, pixels, palette, 1);
  }

  private Image indexed() {
    if (colors < 1 || colors > 65536) {
      throw file.unknown("BMP with a palette of " + colors + " colours");
    }
    int step = header == OS2_HEADER ? 3 : 4;
    byte[] palette = new byte[3 * Math.min(256, colors)];
    boolean grey = true;
    for (int i = 0; i < colors; i++) {
      int ramp = colors == 2 ? 255 * i : i;
      for (int c = 0; c < 3; c++) {
        long at = next + (long) i * step + 2 - c;
        int level = at < file.length() ? file.at(at) : -1;
        grey &= level == ramp;
        if (3 * i + c < palette.length) {
          palette[3 * i + c] = (byte) Math.max(0, level);
        }
      }
    }
    next += step * colors;
    boolean packed = compression == RLE_8 || compression == RLE_4;
    if (!packed && compression != 0) {
      throw file.unknown("BMP of " + bits + " bits compressed by method " + compression);
    }
    byte[] indices = packed ? runs() : plainIndices();
    if (grey && colors == 2 && bits == 1) {
      for (int i = 0; i < indices.length; i++) {
        indices[i] = (byte) -indices[i];
      }
      return image(ColorMode.BILEVEL, indices, null);
    }
    return grey && colors != 2
        ? image(ColorMode.GREY, indices, null)
        : image(ColorMode.PALETTE, indices, palette);
  }

  /** Returns where a row of an image without run lengths begins. */
  private int row(int y, int rowBytes) {
    long stride = ((long) width * bits + 31) >> 3 & ~3L;
    long start = Integer.toUnsignedLong(offset());
    long last = start + stride * (height - 1);
    if (last + rowBytes > file.length()) {
      throw file.cut("in its pixels");
    }
    return (int) (start + stride * (topDown ? y : height - 1 - y));
  }

  private byte[] plainIndices() {
    int rowBytes = (int) (((long) width * bits + 7) / 8);
    row(0, rowBytes);
    byte[] indices = new byte[width * height];
    for (int y = 0; y < height; y++) {
      int from = row(y, rowBytes);
      for (int x = 0; x < width; x++) {
        int bit = x * bits;
        int value = file.bytes()[from + (bit >> 3)] >> (8 - bits - (bit & 7));
        indices[y * width + x] = (byte) (value & (1 << bits) - 1);
      }
    }
    return indices;
  }

  /** Run lengths; an image must be told to its end. */
  private byte[] runs() {
    byte[] run = new byte[width * height];
    byte[] bytes = file.bytes();
    int at = offset();
    int done = 0;
    int x = 0;
    boolean halves = compression == RLE_4;
    while (done < run.length) {
      if (at < 0 || at + 2 > bytes.length) {
        throw file.cut("in its pixels");
      }
      int count = bytes[at] & 0xff;
      int value = bytes[at + 1] & 0xff;
      at += 2;
      if (count > 0) {
        count = Math.clamp(width - x, 0, count);
        for (int i = 0; i < count && done < run.length; i++) {
          run[done++] = (byte) (halves ? (i & 1) == 0 ? value >> 4 : value & 15 : value);
        }
        x += count;
      } else if (value == 0) {
        done = (done + width - 1) / width * width;
        x = 0;
      } else if (value == 1) {
        throw file.cut("in its pixel data, before the last row");
      } else if (value == 2) {
        // Pillow reads the step to the right and up two bytes late.
        if (at + 4 > bytes.length) {
          throw file.cut("in its pixels");
        }
        long step = (bytes[at + 2] & 0xff) + (long) (bytes[at + 3] & 0xff) * width;
        done = (int) Math.min(run.length, done + step);
        x = done % width;
        at += 4;
      } else {
        int taken = halves ? value / 2 : value;
        if (at + taken > bytes.length) {
          throw file.cut("in its pixels");
        }
        for (int i = 0; i < taken && done < run.length; i++) {
          if (halves) {
            run[done++] = (byte) (bytes[at + i] >> 4 & 15);
            if (done < run.length) {
              run[done++] = (byte) (bytes[at + i] & 15);
            }
          } else {
            run[done++] = bytes[at + i];
          }
        }
        x += value;
        at += taken;
        at += at & 1;
      }
    }
    if (topDown) {
      return run;
    }
    byte[] upright = new byte[run.length];
    for (int y = 0; y < height; y++) {
      System.arraycopy(run, y * width, upright, (height - 1 - y) * width, width);
    }
    return upright;
  }

  private Image coloured() {
    if (compression != 0 && compression != MASKS) {
      throw file.unknown("BMP of " + bits + " bits compressed by method " + compression);
    }
    int[] masks = compression == MASKS ? masks() : null;
    if (bits == 16) {
      boolean sixGreens = masks != null && masks[1] == 0x7e0;
      boolean known =
          masks == null
              || (sixGreens
                  ? masks[0] == 0xf800 && masks[2] == 0x1f
                  : masks[0] == 0x7c00 && masks[1] == 0x3e0 && masks[2] == 0x1f);
      if (!known) {
        throw unknownMasks(masks);
      }
      return sixteen(sixGreens ? 6 : 5);
    }
    int[] places = masks == null ? new int[] {2, 1, 0} : places(masks);
    boolean opacity = places.length == 4;
    int step = bits / 8;
    int rowBytes = width * step;
    row(0, rowBytes);
    int channels = places.length;
    byte[] pixels = new byte[width * height * channels];
    for (int y = 0, to = 0; y < height; y++) {
      int from = row(y, rowBytes);
      for (int x = 0; x < width; x++, from += step, to += channels) {
        for (int c = 0; c < channels; c++) {
          pixels[to + c] = file.bytes()[from + places[c]];
        }
      }
    }
    return image(opacity ? ColorMode.RGBA : ColorMode.RGB, pixels, null);
  }

  private int[] masks() {
    int[] masks = new int[4];
    boolean inHeader = header >= 52;
    for (int i = 0; i < (header >= 56 ? 4 : 3); i++) {
      masks[i] = file.little(inHeader ? 54 + 4L * i : next + 4L * i, 4);
    }
    next += inHeader ? 0 : 12;
    return masks;
  }

  private RuntimeException unknownMasks(int @Nullable [] masks) {
    StringBuilder text = new StringBuilder();
    for (int mask : masks == null ? new int[0] : masks) {
      text.append(' ').append(Integer.toHexString(mask));
    }
    return file.unknown("BMP of " + bits + " bits with the masks" + text);
  }

  /** Returns which byte of a pixel each channel is; of four channels the last is opacity. */
  private int[] places(int[] masks) {
    String text = Arrays.toString(Arrays.stream(masks).mapToObj(Integer::toHexString).toArray());
    if (bits == 24) {
      if (text.startsWith("[ff0000, ff00, ff, ")) {
        return new int[] {2, 1, 0};
      }
      throw unknownMasks(masks);
    }
    return switch (text) {
      case "[ff0000, ff00, ff, 0]" -> new int[] {2, 1, 0};
      case "[ff000000, ff0000, ff00, 0]" -> new int[] {3, 2, 1};
      case "[ff000000, ff00, ff, 0]" -> new int[] {3, 1, 0};
      case "[ff000000, ff0000, ff00, ff]" -> new int[] {3, 2, 1, 0};
      case "[ff, ff00, ff0000, ff000000]" -> new int[] {0, 1, 2, 3};
      case "[ff0000, ff00, ff, ff000000]", "[0, 0, 0, 0]" -> new int[] {2, 1, 0, 3};
      case "[ff000000, ff00, ff, ff0000]" -> new int[] {3, 1, 0, 2};
      default -> throw unknownMasks(masks);
    };
  }

  private Image sixteen(int greens) {
    row(0, 2 * width);
    byte[] pixels = new byte[3 * width * height];
    int most = (1 << greens) - 1;
    for (int y = 0, to = 0; y < height; y++) {
      int from = row(y, 2 * width);
      for (int x = 0; x < width; x++, from += 2, to += 3) {
        int pixel = (file.bytes()[from] & 0xff) | (file.bytes()[from + 1] & 0xff) << 8;
        pixels[to] = (byte) ((pixel >> (5 + greens) & 31) * 255 / 31);
        pixels[to + 1] = (byte) ((pixel >> 5 & most) * 255 / most);
        pixels[to + 2] = (byte) ((pixel & 31) * 255 / 31);
      }
    }
    return image(ColorMode.RGB, pixels, null);
  }
}
