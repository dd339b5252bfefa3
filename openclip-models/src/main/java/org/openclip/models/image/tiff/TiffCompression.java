package org.openclip.models.image.tiff;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.NativePlace;
import org.openclip.models.image.source.PictureFile;
import org.tukaani.xz.XZInputStream;

/** How the blocks of a TIFF file are packed. */
enum TiffCompression {
  NONE(1),
  FAX_ROWS(256),
  FAX_3(1 << 20),
  FAX_4(1 << 20),
  LZW(4096),
  JPEG(1 << 20),
  DEFLATE(1100),
  PACK_BITS(64),
  LZMA(1 << 20),
  ZSTD(1 << 20),
  WEBP(1 << 20);

  private static final NativePlace ZSTD_PLACE =
      new NativePlace(
          Path.of(System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir", ""))),
          2 << 20,
          "start Java with -DZstdTempFolder=FOLDER, or -Djava.io.tmpdir=FOLDER, with a folder that"
              + " is writable and allows executable files");

  private static final int XZ_MEMORY_KIB = 1 << 18;

  /** The most bytes that a byte can become, as far as a bound is of use. */
  final int mostFromOne;

  TiffCompression(int mostFromOne) {
    this.mostFromOne = mostFromOne;
  }

  static TiffCompression of(int tag, PictureFile file) {
    return switch (tag) {
      case 1 -> NONE;
      case 2 -> FAX_ROWS;
      case 3 -> FAX_3;
      case 4 -> FAX_4;
      case 5 -> LZW;
      case 7 -> JPEG;
      case 8, 32946 -> DEFLATE;
      case 32773 -> PACK_BITS;
      case 34925 -> LZMA;
      case 50000 -> ZSTD;
      case 50001 -> WEBP;
      default -> throw file.unknown("TIFF compressed by method " + tag);
    };
  }

  boolean isPicture() {
    return this == JPEG || this == WEBP;
  }

  boolean hasPredictor() {
    return this == LZW || this == DEFLATE || this == LZMA || this == ZSTD;
  }

  /**
   * Unpacks a block.
   *
   * @param to takes all that it holds
   * @param columns pixels of a row, for fax
   * @return whether all of it was there
   */
  boolean unpack(byte[] in, byte[] to, int columns, int faxOptions) throws IOException {
    return switch (this) {
      case NONE -> {
        System.arraycopy(in, 0, to, 0, Math.min(in.length, to.length));
        yield in.length >= to.length;
      }
      case FAX_ROWS -> Fax.decode(in, to, columns, 2, 0);
      case FAX_3 -> Fax.decode(in, to, columns, 3, faxOptions);
      case FAX_4 -> Fax.decode(in, to, columns, 4, 0);
      case LZW -> Lzw.decode(in, to) == to.length;
      case DEFLATE -> inflate(in, to);
      case PACK_BITS -> PackBits.decode(in, to) == to.length;
      case LZMA -> fill(new XZInputStream(new ByteArrayInputStream(in), XZ_MEMORY_KIB), to);
      case ZSTD -> zstd(in, to);
      case JPEG, WEBP -> throw new IllegalStateException(this + " holds pictures instead of bytes");
    };
  }

  private static boolean zstd(byte[] in, byte[] to) throws IOException {
    try {
      return fill(new ZstdInputStream(new ByteArrayInputStream(in)), to);
    } catch (LinkageError | IllegalCallerException e) {
      throw new OpenClipException(
          "the native library that decompresses Zstandard in TIFF files does not load: "
              + ZSTD_PLACE.problem(e, ZstdInputStream.class).orElseGet(() -> NativePlace.root(e))
              + ". Without it, save the picture as PNG",
          e);
    }
  }

  private static boolean fill(InputStream from, byte[] to) throws IOException {
    try (from) {
      return from.readNBytes(to, 0, to.length) == to.length;
    }
  }

  private static boolean inflate(byte[] in, byte[] to) throws IOException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in);
      int done = 0;
      while (done < to.length) {
        int count = inflater.inflate(to, done, to.length - done);
        if (count == 0) {
          return false;
        }
        done += count;
      }
      return true;
    } catch (DataFormatException e) {
      throw new IOException(
          e.getMessage() == null ? "its deflate data are invalid" : e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }
}
