package org.openclip.models.image.tiff;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.jpeg.JpegColors;
import org.openclip.models.image.jpeg.JpegDecoder;
import org.openclip.models.image.jpeg.JpegPicture;
import org.openclip.models.image.source.PictureFile;
import org.openclip.models.image.webp.WebpDecoder;

/**
 * Decodes the first image of a TIFF file. Its strips or tiles are unpacked one by one, and their
 * rows are converted to pixels.
 */
public final class TiffDecoder {
  private final PictureFile file;
  private final TiffDirectory tags;
  private final TiffLayout layout;
  private final TiffCompression compression;
  private final int predictor;
  private final boolean plainPlanes;

  /** Bytes of a row of planes apart that are not packed, in the last column of tiles. */
  private final int edgeBytes;

  private final boolean tiled;
  private final int blockWidth;
  private final int blockHeight;
  private final long[] offsets;
  private final long[] counts;

  /** Colours of fewer samples; null for other pictures. */
  private final @Nullable YcbcrBlock ycbcr;

  private TiffDecoder(PictureFile file) {
    this.file = file;
    tags = TiffDirectory.read(file);
    TiffLayout told = TiffLayout.read(tags, file);
    compression = TiffCompression.of(tags.number(TiffDirectory.COMPRESSION, 1), file);
    boolean raw = compression == TiffCompression.NONE;
    plainPlanes = raw && tags.number(TiffDirectory.PLANAR, 1) == 2;
    edgeBytes = edgeBytes(told);
    layout = plainPlanes ? told.plainPlanes(file) : raw ? told : told.packed();
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
      throw file.damaged("its strips or tiles have no offsets or sizes");
    }
    boolean colours = layout.photometric() == TiffLayout.YCBCR && layout.samples() == 3;
    ycbcr = colours ? new YcbcrBlock(tags) : null;
  }

  /**
   * Decodes a file. The orientation is applied, as Pillow does for TIFF only.
   *
   * @return the image, whose orientation is 1
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

  /** Returns what Pillow takes for the bytes of a row of a tile that is cut off at the right. */
  private int edgeBytes(TiffLayout told) {
    if (!plainPlanes) {
      return 0;
    }
    int colours =
        switch (told.photometric()) {
          case 2, 6, 8 -> 3;
          case 5 -> 4;
          default -> 1;
        };
    int wide = tags.number(TiffDirectory.TILE_WIDTH, told.width());
    double bytes = (double) wide * told.samples() * told.bits() / 8 / (colours + told.extras());
    return (int) Math.min(bytes, 1 << 30);
  }

  /** Refuses pictures that the file cannot hold before memory is taken for them. */
  private void check() {
    long most = 0;
    for (int i = 0; i < offsets.length; i++) {
      most += available(i) * compression.mostFromOne;
    }
    boolean sparse = compression == TiffCompression.NONE && offsets.length == 1;
    long needed = layout.rowBytes(layout.width()) * layout.height() / (ycbcr == null ? 1 : 3);
    if (most < needed && (sparse || compression != TiffCompression.NONE)) {
      throw file.cut(
          "in its pixels: "
              + layout.width()
              + " x "
              + layout.height()
              + " need more data than its strips or tiles hold");
    }
    boolean picture = compression.isPicture();
    boolean apart = ycbcr != null && (layout.planar() || !(picture || ycbcr.isKnown()));
    if (apart || (picture && layout.bits() != 8)) {
      throw file.unknown(
          "TIFF with a sample format that its compression or photometric interpretation does not"
              + " allow");
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
          "TIFF with predictor " + predictor + " of samples of " + layout.bits() + " bits");
    }
  }

  /** Returns the bytes of a block; as many as there are where the tags do not say. */
  private long available(int index) {
    long rest = Math.max(0, file.length() - offsets[index]);
    boolean said = compression != TiffCompression.NONE && index < counts.length;
    return said ? Math.min(rest, counts[index]) : rest;
  }

  private void block(TiffPixels pixels, int index, int x, int y, int plane) {
    int rows = tiled ? blockHeight : Math.min(blockHeight, layout.height() - y);
    int shown = Math.min(rows, layout.height() - y);
    int columns = Math.min(blockWidth, layout.width() - x);
    boolean edge = plainPlanes && x + blockWidth > layout.width();
    int stride = edge ? edgeBytes : (int) layout.rowBytes(blockWidth);
    // What is not shown of a block that is not packed may be missing at the file's end.
    byte[] samples = unpack(index, rows, (shown - 1L) * stride + layout.rowBytes(columns));
    for (int row = 0; row < shown; row++) {
      int at = row * stride;
      if (predictor == 2) {
        Predictor.horizontal(
            samples, at, stride, layout.samplesOfPlane(), layout.bits(), tags.bigEndian());
      } else if (predictor == 3) {
        Predictor.floating(
            samples, at, stride, layout.samplesOfPlane(), layout.bits(), tags.bigEndian());
      }
      pixels.put(samples, at, x, y + row, columns, plane);
    }
  }

  /** Returns the samples of a block, row by row of whole bytes. */
  private byte[] unpack(int index, int rows, long shown) {
    String where = "in its " + (tiled ? "tile " : "strip ") + index;
    boolean units = ycbcr != null && !compression.isPicture();
    long size =
        ycbcr != null && units
            ? ycbcr.size(blockWidth, rows)
            : Math.max(edgeBytes, layout.rowBytes(blockWidth)) * rows;
    if (size > (long) compression.mostFromOne * file.length() || size > Integer.MAX_VALUE - 8) {
      throw file.cut(where);
    }
    byte[] packed = packed(index, size, where);
    if (compression.isPicture()) {
      return picture(packed, rows, where);
    }
    if (compression == TiffCompression.NONE && !units) {
      if (packed.length < shown) {
        throw file.cut(where);
      }
      return packed.length < size ? Arrays.copyOf(packed, (int) size) : packed;
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
    return ycbcr != null && units ? ycbcr.toRgb(unpacked, blockWidth, rows) : unpacked;
  }

  /** Returns what the file has of a block, the first bit of each byte highest. */
  private byte[] packed(int index, long size, String where) {
    long length = available(index);
    boolean raw = compression == TiffCompression.NONE;
    boolean cut = !raw && index < counts.length && counts[index] > length;
    if (offsets[index] < 0 || length <= 0 || cut) {
      throw file.cut(where);
    }
    int from = (int) offsets[index];
    int until = (int) (from + (raw ? Math.min(length, size) : length));
    byte[] packed = Arrays.copyOfRange(file.bytes(), from, until);
    if (tags.number(TiffDirectory.FILL_ORDER, 1) == 2 && !compression.isPicture() && !plainPlanes) {
      for (int i = 0; i < packed.length; i++) {
        packed[i] = (byte) (Integer.reverse(packed[i]) >>> 24);
      }
    }
    return packed;
  }

  /** Returns the samples of a block that is a JPEG or WebP file. */
  private byte[] picture(byte[] packed, int rows, String where) {
    int width;
    int height;
    int channels;
    byte[] samples;
    if (compression == TiffCompression.WEBP) {
      WebpDecoder.Picture webp = WebpDecoder.decode(new PictureFile(file.name(), packed));
      width = webp.width();
      height = webp.height();
      channels = webp.channels();
      samples = webp.pixels();
    } else {
      // Tables of all blocks stand in a tag, between markers of begin and end.
      byte[] tables = tags.bytes(TiffDirectory.JPEG_TABLES);
      ByteBuffer whole = ByteBuffer.allocate(tables.length + packed.length);
      if (tables.length > 4) {
        whole.put(tables, 0, tables.length - 2).put(packed, 2, Math.max(0, packed.length - 2));
      } else {
        whole.put(packed);
      }
      JpegPicture jpeg =
          JpegDecoder.decode(
              new PictureFile(file.name(), Arrays.copyOf(whole.array(), whole.position())),
              layout.photometric() == TiffLayout.YCBCR ? JpegColors.LUMINANCE : JpegColors.PLAIN);
      width = jpeg.width();
      height = jpeg.height();
      channels = jpeg.channels();
      samples = jpeg.pixels();
    }
    int wanted = layout.samplesOfPlane();
    boolean opaque = compression == TiffCompression.WEBP && wanted == 4 && channels == 3;
    if (width < blockWidth || height < rows || (channels != wanted && !opaque)) {
      throw file.damaged(where + ", its picture has a different size or number of channels");
    }
    byte[] block = new byte[Math.multiplyExact(wanted * blockWidth, rows)];
    Arrays.fill(block, opaque ? (byte) 255 : 0);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < blockWidth; x++) {
        int from = (y * width + x) * channels;
        System.arraycopy(samples, from, block, (y * blockWidth + x) * wanted, channels);
      }
    }
    return block;
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
