package org.openclip.models.image.format;

import java.nio.charset.StandardCharsets;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * Decodes Netpbm formats: bitmaps (PBM), grey (PGM) and colour (PPM), plain or binary, and grey in
 * floating point (PFM).
 */
public final class PnmDecoder {
  private static final int LONGEST_TOKEN = 10;

  private final PictureFile file;
  private int next;

  private PnmDecoder(PictureFile file) {
    this.file = file;
  }

  /** Returns whether a file has the first bytes of these formats. */
  public static boolean accepts(byte[] head) {
    if (head.length < 3 || head[0] != 'P') {
      return false;
    }
    boolean space = isSpace(head[2]) || head[2] == '#';
    return (head[1] >= '1' && head[1] <= '6' && space)
        || (head[1] == 'f' && space)
        || new String(head, 0, Math.min(6, head.length), StandardCharsets.ISO_8859_1)
            .equals("P0CMYK");
  }

  /** Decodes a file. */
  public static Image decode(PictureFile file) {
    return new PnmDecoder(file).decode();
  }

  private Image decode() {
    int kind = file.at(1);
    next = kind == '0' ? 6 : 2;
    int width = number(token());
    int height = number(token());
    Image.checkSize(file.name(), width, height);
    return switch (kind) {
      case '1', '4' -> bitmap(width, height, kind == '1');
      case 'f' -> floats(width, height);
      default -> {
        int most = number(token());
        if (most < 1 || most > 65535) {
          throw file.damaged("its maximum value is " + most + ", but must be from 1 to 65535");
        }
        boolean grey = kind == '2' || kind == '5';
        ColorMode mode =
            kind == '0'
                ? ColorMode.CMYK
                : !grey ? ColorMode.RGB : most > 255 ? ColorMode.INT32 : ColorMode.GREY;
        byte[] pixels = levels(width, height, mode, most, kind <= '3' && kind != '0');
        yield new Image(width, height, mode, pixels, null, 1);
      }
    };
  }

  private static boolean isSpace(int c) {
    return c == ' ' || (c >= 9 && c <= 13);
  }

  /** Returns the next word; what follows {@code #} on its line is a comment. */
  private String token() {
    StringBuilder token = new StringBuilder();
    while (next < file.length()) {
      int c = file.at(next++);
      if (c == '#') {
        while (next < file.length() && file.at(next) != '\n' && file.at(next) != '\r') {
          next++;
        }
        next++;
      } else if (!isSpace(c)) {
        token.append((char) c);
        if (token.length() > LONGEST_TOKEN) {
          throw file.damaged("a number in it has more than 10 digits");
        }
      } else if (!token.isEmpty()) {
        break;
      }
    }
    if (token.isEmpty()) {
      throw file.cut("before its last number");
    }
    return token.toString();
  }

  private int number(String token) {
    long number = 0;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c < '0' || c > '9') {
        throw file.damaged("a number is expected, but something else was found");
      }
      number = 10 * number + c - '0';
    }
    return (int) Math.min(number, Integer.MAX_VALUE);
  }

  private void need(long bytes) {
    if (bytes > file.length() - next) {
      throw file.cut("in its pixels");
    }
  }

  private Image bitmap(int width, int height, boolean plain) {
    int stride = (width + 7) / 8;
    need(plain ? (long) width * height : (long) stride * height);
    byte[] pixels = new byte[width * height];
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean black =
            plain
                ? digit() == '1'
                : (file.at(next + y * stride + (x >> 3)) >> (7 - (x & 7)) & 1) != 0;
        pixels[to++] = (byte) (black ? 0 : 255);
      }
    }
    return new Image(width, height, ColorMode.BILEVEL, pixels, null, 1);
  }

  /** Returns the next digit of a plain bitmap, in which no space is needed. */
  private int digit() {
    while (next < file.length()) {
      int c = file.at(next++);
      if (c == '#') {
        while (next < file.length() && file.at(next) != '\n' && file.at(next) != '\r') {
          next++;
        }
      } else if (c == '0' || c == '1') {
        return c;
      } else if (!isSpace(c)) {
        throw file.damaged("0 or 1 is expected, but something else was found");
      }
    }
    throw file.cut("in its pixels");
  }

  private byte[] levels(int width, int height, ColorMode mode, int most, boolean plain) {
    boolean deep = mode == ColorMode.INT32;
    int size = most > 255 ? 2 : 1;
    int count = Math.multiplyExact(width * (deep ? 1 : mode.bytes()), height);
    need(plain ? 2L * count - 1 : (long) size * count);
    byte[] pixels = new byte[deep ? Math.multiplyExact(4, count) : count];
    if (!plain && most == 255) {
      System.arraycopy(file.bytes(), next, pixels, 0, count);
      return pixels;
    }
    double whole = deep ? 65535 : 255;
    byte[] levels = deep ? new byte[0] : scaled(most);
    for (int i = 0; i < count; i++) {
      int level;
      if (plain) {
        level = number(token());
        if (level > most) {
          throw file.damaged("a sample is " + level + ", but the maximum value is " + most);
        }
      } else {
        level = file.big(next, size);
        next += size;
      }
      if (deep) {
        int value = (int) Math.min(whole, Math.rint((double) level / most * whole));
        pixels[4 * i] = (byte) value;
        pixels[4 * i + 1] = (byte) (value >> 8);
      } else {
        pixels[i] = levels[Math.min(level, most)];
      }
    }
    return pixels;
  }

  /** Returns each level over the whole range of a byte. */
  private static byte[] scaled(int most) {
    byte[] levels = new byte[most + 1];
    for (int i = 0; i <= most; i++) {
      levels[i] = (byte) Math.rint((double) i / most * 255);
    }
    return levels;
  }

  private Image floats(int width, int height) {
    double scale;
    try {
      scale = Double.parseDouble(token());
    } catch (NumberFormatException e) {
      throw file.damaged("its scale is not a number");
    }
    if (scale == 0 || !Double.isFinite(scale)) {
      throw file.damaged("its scale is " + scale + ", but must be finite and not zero");
    }
    need(4L * width * height);
    byte[] pixels = new byte[Math.multiplyExact(4, width * height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = next + 4 * ((height - 1 - y) * width + x);
        for (int k = 0; k < 4; k++) {
          pixels[4 * (y * width + x) + k] = (byte) file.at(from + (scale < 0 ? k : 3 - k));
        }
      }
    }
    return new Image(width, height, ColorMode.FLOAT32, pixels, null, 1);
  }
}
