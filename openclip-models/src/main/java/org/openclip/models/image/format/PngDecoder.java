package org.openclip.models.image.format;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * Decodes PNG (ISO/IEC 15948). The levels are those of the file: gamma, colour profiles and single
 * transparent colours are ignored, as in the reference. A file without its end is read if it has
 * all pixels.
 */
public final class PngDecoder {
  /** The first column and row of each pass of an interlaced image, and the steps. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final PictureFile file;
  private final int width;
  private final int height;
  private final int depth;
  private final int samples;
  private final boolean interlaced;
  private final ColorMode mode;
  private byte @Nullable [] palette;
  private int orientation = 1;

  /** Where the pixel data of the current chunk continue, and where they end. */
  private int at;

  private int end;
  private final Inflater inflater = new Inflater();

  private PngDecoder(PictureFile file) {
    this.file = file;
    if (!file.has("IHDR", 12) || file.big(8, 4) < 13) {
      throw file.damaged("it does not start with an IHDR chunk");
    }
    width = file.big(16, 4);
    height = file.big(20, 4);
    Image.checkSize(file.name(), width, height);
    depth = file.at(24);
    int type = file.at(25);
    interlaced = file.at(28) != 0;
    ColorMode known =
        switch (type * 100 + depth) {
          case 1 -> ColorMode.BILEVEL;
          case 2, 4, 8 -> ColorMode.GREY;
          case 16 -> ColorMode.GREY16;
          case 208, 216 -> ColorMode.RGB;
          case 301, 302, 304, 308 -> ColorMode.PALETTE;
          case 408 -> ColorMode.GREY_ALPHA;
          case 416, 608, 616 -> ColorMode.RGBA;
          default -> null;
        };
    if (known == null) {
      throw file.unknown("PNG of colour type " + type + " with " + depth + " bits");
    }
    mode = known;
    samples = type == 2 ? 3 : type == 4 ? 2 : type == 6 ? 4 : 1;
  }

  /** Decodes a file. */
  public static Image decode(PictureFile file) {
    PngDecoder decoder = new PngDecoder(file);
    try {
      return decoder.decode();
    } finally {
      decoder.inflater.end();
    }
  }

  private Image decode() {
    PngNotes notes = new PngNotes(file);
    int chunk = 8;
    while (!file.has("IDAT", chunk + 4)) {
      int next = next(chunk);
      if (next > file.length() || file.has("IEND", chunk + 4)) {
        throw file.cut("before its pixels");
      }
      checkSum(chunk, next);
      if (file.has("PLTE", chunk + 4) && mode == ColorMode.PALETTE) {
        palette = new byte[Math.min(768, next - chunk - 12)];
        System.arraycopy(file.bytes(), chunk + 8, palette, 0, palette.length);
      }
      notes.read(chunk, next);
      chunk = next;
    }
    if (mode == ColorMode.PALETTE && palette == null) {
      throw file.damaged("it has palette indices but no palette");
    }
    open(chunk);
    byte[] pixels = pixels();
    for (chunk = end + 4; chunk >= 0 && chunk + 12 <= file.length(); chunk = next(chunk)) {
      if (next(chunk) > file.length() || file.has("IEND", chunk + 4)) {
        break;
      }
      notes.read(chunk, next(chunk));
    }
    orientation = notes.orientation();
    return new Image(width, height, mode, pixels, palette, orientation);
  }

  /** Returns where the chunk behind another begins; behind the end when that is not whole. */
  private int next(int chunk) {
    long length = file.number(chunk, 4, true);
    return (int) Math.min(chunk + 12 + length, file.length() + 1L);
  }

  private void checkSum(int chunk, int next) {
    CRC32 sum = new CRC32();
    sum.update(file.bytes(), chunk + 4, next - chunk - 8);
    if ((int) sum.getValue() != file.big(next - 4L, 4)) {
      throw file.damaged("the checksum of its chunk at byte " + chunk + " is wrong");
    }
  }

  private void open(int chunk) {
    at = chunk + 8;
    end = (int) Math.min(at + file.number(chunk, 4, true), file.length());
  }

  /** Hands on the next pixel data; they may go on in the next chunk. */
  private boolean feed() {
    while (at >= end) {
      int chunk = end + 4;
      if (chunk + 8 > file.length() || !file.has("IDAT", chunk + 4)) {
        return false;
      }
      open(chunk);
    }
    inflater.setInput(file.bytes(), at, end - at);
    at = end;
    return true;
  }

  /** Fills a row; returns false when the data end before its first byte. */
  private boolean fill(byte[] row, int length) {
    int done = 0;
    try {
      while (done < length) {
        int count = inflater.inflate(row, done, length - done);
        done += count;
        if (count == 0 && done < length) {
          if (inflater.finished() && done == 0) {
            return false;
          }
          if (inflater.finished() || inflater.needsDictionary() || !feed()) {
            throw file.cut("in its pixels");
          }
        }
      }
    } catch (DataFormatException e) {
      throw file.damaged("its pixel data cannot be decompressed, " + e.getMessage());
    }
    return true;
  }

  private byte[] pixels() {
    // What the data can become at most, before memory is taken for it.
    long packed = 1100L * (file.length() - at);
    if ((long) width * samples * depth / 8 * height > packed) {
      throw file.cut("in its pixels");
    }
    byte[] pixels = new byte[Math.multiplyExact(mode.bytes(), width * height)];
    if (!interlaced) {
      rows(pixels, 0, 0, 1, 1);
      return pixels;
    }
    for (int[] pass : PASSES) {
      if (pass[0] < width
          && pass[1] < height
          && !rows(pixels, pass[0], pass[1], pass[2], pass[3])) {
        break;
      }
    }
    return pixels;
  }

  private boolean rows(byte[] pixels, int left, int top, int across, int down) {
    int columns = (width - left + across - 1) / across;
    int bits = samples * depth;
    int length = (int) (((long) columns * bits + 7) / 8);
    int step = Math.max(1, bits / 8);
    byte[] row = new byte[1 + length];
    byte[] above = new byte[1 + length];
    for (int y = top; y < height; y += down) {
      if (!fill(row, 1 + length)) {
        return false;
      }
      unfilter(row, above, step);
      put(row, columns, pixels, y * width + left, across);
      byte[] done = row;
      row = above;
      above = done;
    }
    return true;
  }

  private void unfilter(byte[] row, byte[] above, int step) {
    int length = row.length;
    switch (row[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = step + 1; i < length; i++) {
          row[i] += row[i - step];
        }
      }
      case 2 -> {
        for (int i = 1; i < length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = 1; i < length; i++) {
          int left = i > step ? row[i - step] & 0xff : 0;
          row[i] += (byte) ((left + (above[i] & 0xff)) / 2);
        }
      }
      case 4 -> {
        for (int i = 1; i <= step && i < length; i++) {
          row[i] += above[i];
        }
        for (int i = step + 1; i < length; i++) {
          int a = row[i - step] & 0xff;
          int b = above[i] & 0xff;
          int c = above[i - step] & 0xff;
          int pa = Math.abs(b - c);
          int pb = Math.abs(a - c);
          int pc = Math.abs(a + b - 2 * c);
          row[i] += (byte) (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
        }
      }
      default -> throw file.damaged("a row has the unknown filter " + (row[0] & 0xff));
    }
  }

  private void put(byte[] row, int columns, byte[] pixels, int first, int across) {
    int size = mode.bytes();
    if (depth < 8) {
      int most = (1 << depth) - 1;
      int factor = mode == ColorMode.PALETTE ? 1 : 255 / most;
      for (int i = 0; i < columns; i++) {
        int bit = i * depth;
        int level = row[1 + (bit >> 3)] >> (8 - depth - (bit & 7)) & most;
        pixels[first + i * across] = (byte) (level * factor);
      }
      return;
    }
    if (depth == 8 && across == 1) {
      System.arraycopy(row, 1, pixels, first * size, columns * size);
      return;
    }
    int width = depth / 8;
    for (int i = 0; i < columns; i++) {
      int to = (first + i * across) * size;
      int from = 1 + i * samples * width;
      if (mode == ColorMode.GREY16) {
        pixels[to] = row[from + 1];
        pixels[to + 1] = row[from];
        continue;
      }
      for (int c = 0; c < size; c++) {
        // Grey with opacity of 16 bits becomes colour with opacity.
        int sample = samples == 2 && size == 4 ? Math.max(0, c - 2) : c;
        pixels[to + c] = row[from + sample * width];
      }
    }
  }
}
