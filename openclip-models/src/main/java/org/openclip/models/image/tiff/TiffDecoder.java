package org.openclip.models.image.tiff;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * The decoding of the first picture of a TIFF file: its strips or tiles are unpacked one by one,
 * and their rows made pixels.
 */
public final class TiffDecoder {
  private final PictureFile file;
  private final TiffDirectory tags;
  private final TiffLayout layout;
  private final TiffCompression compression;
  private final int predictor;
  private final boolean tiled;
  private final int blockWidth;
  private final int blockHeight;
  private final long[] offsets;
  private final long[] counts;

  private TiffDecoder(PictureFile file) {
    this.file = file;
    tags = TiffDirectory.read(file);
    layout = TiffLayout.read(tags, file);
    compression = TiffCompression.of(tags.number(TiffDirectory.COMPRESSION, 1), file);
    predictor = compression.hasPredictor() ? tags.number(TiffDirectory.PREDICTOR, 1) : 1;
    tiled = !tags.has(TiffDirectory.STRIP_OFFSETS);
    offsets = tags.numbers(tiled ? TiffDirectory.TILE_OFFSETS : TiffDirectory.STRIP_OFFSETS);
    counts = tags.numbers(tiled ? TiffDirectory.TILE_COUNTS : TiffDirectory.STRIP_COUNTS);
    int rows = tags.number(TiffDirectory.ROWS_PER_STRIP, layout.height());
    blockWidth = tiled ? tags.number(TiffDirectory.TILE_WIDTH, 0) : layout.width();
    blockHeight =
        tiled
            ? tags.number(TiffDirectory.TILE_HEIGHT, 0)
            : rows < 0 ? layout.height() : Math.min(rows, layout.height());
    if (offsets.length == 0 || blockWidth < 1 || blockHeight < 1) {
      throw file.damaged("its strips or tiles have no place or size");
    }
  }

  /**
   * Decodes a file. Its orientation is applied, as Pillow does in TIFF alone.
   *
   * @return the picture, whose orientation is 1
   */
  public static Image decode(PictureFile file) {
    TiffDecoder decoder = new TiffDecoder(file);
    return decoder.decode();
  }

  private Image decode() {
    check();
    TiffPixels pixels = new TiffPixels(layout);
    int across = (layout.width() + blockWidth - 1) / blockWidth;
    int down = (layout.height() + blockHeight - 1) / blockHeight;
    for (int plane = 0; plane < layout.planes(); plane++) {
      for (int y = 0; y < down; y++) {
        for (int x = 0; x < across; x++) {
          int index = (plane * down + y) * across + x;
          if (index < offsets.length) {
            block(pixels, index, x * blockWidth, y * blockHeight, plane);
          } else if (compression != TiffCompression.NONE) {
            throw file.cut("in its strip or tile " + index);
          }
        }
      }
    }
    byte @Nullable [] palette =
        layout.mode() == ColorMode.PALETTE || layout.mode() == ColorMode.PALETTE_ALPHA
            ? palette()
            : null;
    return new Image(
        layout.width(),
        layout.height(),
        layout.mode(),
        pixels.finished(),
        palette,
        tags.orientation());
  }

  /** Refuses pictures that the file cannot hold before memory is taken for them. */
  private void check() {
    long most = 0;
    for (int i = 0; i < offsets.length; i++) {
      most += available(i) * compression.mostFromOne;
    }
    boolean sparse = compression == TiffCompression.NONE && offsets.length == 1;
    long needed = layout.rowBytes(layout.width()) * layout.height();
    if (most < needed && (sparse || compression != TiffCompression.NONE)) {
      throw file.cut(
          "in its pixels: %d x %d take more than its strips or tiles can hold"
              .formatted(layout.width(), layout.height()));
    }
    boolean known =
        switch (predictor) {
          case 1 -> true;
          case 2 -> layout.bits() == 8 || layout.bits() == 16 || layout.bits() == 32;
          case 3 -> layout.isFloat();
          default -> false;
        };
    if (!known) {
      throw file.unknown(
          "TIFF with predictor %d of samples of %d bits".formatted(predictor, layout.bits()));
    }
  }

  /** Returns the bytes of a block; as many as there are where the tags do not say. */
  private long available(int index) {
    long rest = Math.max(0, file.length() - offsets[index]);
    boolean said = compression != TiffCompression.NONE && index < counts.length;
    return said ? Math.min(rest, counts[index]) : rest;
  }

  private void block(TiffPixels pixels, int index, int x, int y, int plane) {
    String where = "in its " + (tiled ? "tile " : "strip ") + index;
    int rows = tiled ? blockHeight : Math.min(blockHeight, layout.height() - y);
    long rowBytes = layout.rowBytes(blockWidth);
    long size = rowBytes * rows;
    if (size > (long) compression.mostFromOne * file.length() || size > Integer.MAX_VALUE - 8) {
      throw file.cut(where);
    }
    long length = available(index);
    if (offsets[index] < 0 || length == 0 || (index < counts.length && compression != TiffCompression.NONE && counts[index] > length)) {
      throw file.cut(where);
    }
    int from = (int) offsets[index];
    int until = (int) (from + (compression == TiffCompression.NONE ? Math.min(length, size) : length));
    byte[] packed = Arrays.copyOfRange(file.bytes(), from, until);
    if (tags.number(TiffDirectory.FILL_ORDER, 1) == 2 && !compression.isPicture()) {
      for (int i = 0; i < packed.length; i++) {
        packed[i] = (byte) (Integer.reverse(packed[i]) >>> 24);
      }
    }
    byte[] unpacked = new byte[(int) size];
    try {
      int options = tags.number(TiffDirectory.FAX_OPTIONS, 0);
      if (!compression.unpack(packed, unpacked, blockWidth, options)) {
        throw file.cut(where);
      }
    } catch (IOException e) {
      throw file.damaged(where + ", " + e.getMessage());
    }
    int stride = (int) rowBytes;
    for (int row = 0; row < Math.min(rows, layout.height() - y); row++) {
      int at = row * stride;
      if (predictor == 2) {
        Predictor.horizontal(
            unpacked, at, stride, layout.samplesOfPlane(), layout.bits(), layout.bigEndian());
      } else if (predictor == 3) {
        Predictor.floating(
            unpacked, at, stride, layout.samplesOfPlane(), layout.bits(), layout.bigEndian());
      }
      pixels.put(unpacked, at, x, y + row, Math.min(blockWidth, layout.width() - x), plane);
    }
  }

  /** Returns the upper bytes of the colour map, whose reds, greens and blues stand together. */
  private byte[] palette() {
    long[] map = tags.numbers(TiffDirectory.COLOR_MAP);
    int entries = map.length / 3;
    byte[] palette = new byte[3 * entries];
    for (int i = 0; i < entries; i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = (byte) (map[c * entries + i] >> 8);
      }
    }
    return palette;
  }
}
