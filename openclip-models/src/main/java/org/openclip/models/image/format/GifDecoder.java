package org.openclip.models.image.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/** Decodes the first frame of a GIF file, on a screen that is large enough for it. */
public final class GifDecoder {
  private static final int MOST_FROM_ONE = 4096;

  /** The first row of each pass of an interlaced frame, and the steps. */
  private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

  private final PictureFile file;
  private int at = 13;
  private byte @Nullable [] palette;
  private int transparent;

  private GifDecoder(PictureFile file) {
    this.file = file;
  }

  /** Decodes a file. */
  public static Image decode(PictureFile file) {
    return new GifDecoder(file).decode();
  }

  private Image decode() {
    int screenWidth = file.little(6, 2);
    int screenHeight = file.little(8, 2);
    int flags = file.at(10);
    file.at(12);
    if ((flags & 0x80) != 0) {
      palette = palette(flags);
    }
    toFrame();
    int left = file.little(at, 2);
    int top = file.little(at + 2L, 2);
    int columns = file.little(at + 4L, 2);
    int rows = file.little(at + 6L, 2);
    flags = file.at(at + 8L);
    at += 9;
    if ((flags & 0x80) != 0) {
      palette = palette(flags);
    }
    int width = Math.max(screenWidth, left + columns);
    int height = Math.max(screenHeight, top + rows);
    Image.checkSize(file.name(), width, height);
    Image.checkSize(file.name(), columns, rows);
    if ((long) columns * rows > (long) MOST_FROM_ONE * file.length()) {
      throw file.cut("in its pixels");
    }
    byte[] frame = new byte[columns * rows];
    unpack(frame);
    byte[] screen = new byte[width * height];
    if (transparent > 0) {
      Arrays.fill(screen, (byte) transparent);
    }
    int[] order = order(rows, (flags & 0x40) != 0);
    for (int i = 0; i < rows; i++) {
      int to = (top + order[i]) * width + left;
      System.arraycopy(frame, i * columns, screen, to, columns);
    }
    byte[] colours = palette;
    return colours == null
        ? new Image(width, height, ColorMode.GREY, screen, null, 1)
        : new Image(width, height, ColorMode.PALETTE, screen, colours, 1);
  }

  /** Reads a palette; null for one whose colours are their indices as grey. */
  private byte @Nullable [] palette(int flags) {
    byte[] read = new byte[6 << (flags & 7)];
    boolean grey = true;
    for (int i = 0; i < read.length; i++) {
      read[i] = (byte) file.at(at++);
      grey &= (read[i] & 0xff) == i / 3;
    }
    return grey ? null : read;
  }

  /** Goes to the first frame, and notes its transparent colour on the way. */
  private void toFrame() {
    while (at < file.length()) {
      int kind = file.at(at++);
      if (kind == ',') {
        return;
      }
      if (kind == ';') {
        break;
      }
      if (kind == '!') {
        boolean control = file.at(at++) == 0xf9;
        if (control && file.at(at) >= 4 && (file.at(at + 1L) & 1) != 0) {
          transparent = file.at(at + 4L);
        }
        for (int length = file.at(at++); length > 0; length = file.at(at++)) {
          at += length;
        }
      }
    }
    throw file.cut("before its first frame");
  }

  private static int[] order(int rows, boolean interlaced) {
    int[] order = new int[rows];
    int next = 0;
    for (int[] pass : interlaced ? PASSES : new int[][] {{0, 1}}) {
      for (int row = pass[0]; row < rows; row += pass[1]) {
        order[next++] = row;
      }
    }
    return order;
  }

  /**
   * Unpacks codes of growing width, the low bit first. A code stands for a part of the pixels that
   * are there already, so that no strings are kept.
   */
  private void unpack(byte[] out) {
    int size = file.at(at++);
    if (size > 12) {
      throw file.damaged("its initial code size is " + size + " bits, but the maximum is 12");
    }
    int clear = 1 << size;
    int[] starts = new int[4096];
    int[] lengths = new int[4096];
    int next = clear + 2;
    int width = size + 1;
    int written = 0;
    int previousStart = -1;
    int previousLength = 0;
    int bits = 0;
    int count = 0;
    int left = 0;
    while (written < out.length) {
      while (count < width) {
        while (left == 0) {
          if (at >= file.length()) {
            throw file.cut("in its pixels");
          }
          left = file.at(at++);
          if (left > file.length() - at) {
            throw file.cut("in its pixels");
          }
        }
        bits |= (file.bytes()[at++] & 0xff) << count;
        left--;
        count += 8;
      }
      int code = bits & (1 << width) - 1;
      bits >>>= width;
      count -= width;
      if (code == clear) {
        next = clear + 2;
        width = size + 1;
        previousStart = -1;
        continue;
      }
      if (code == clear + 1) {
        throw file.cut("in its pixel data, before the last row");
      }
      int start = written;
      int length = 1;
      if (code < clear) {
        out[written++] = (byte) code;
      } else {
        if (previousStart < 0 || code > next || (code == next && next > 4095)) {
          throw file.damaged("it contains an undefined code");
        }
        int from = code == next ? previousStart : starts[code];
        length = code == next ? previousLength + 1 : lengths[code];
        int room = Math.min(length, out.length - written);
        for (int i = 0; i < room; i++) {
          out[written + i] = out[from + i];
        }
        written += room;
      }
      if (previousStart >= 0 && next < 4096) {
        starts[next] = previousStart;
        lengths[next] = previousLength + 1;
        if (next == (1 << width) - 1 && width < 12) {
          width++;
        }
        next++;
      }
      previousStart = start;
      previousLength = length;
    }
  }
}
