package org.openclip.train.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdUtils;
import org.openclip.api.InvalidInputException;
import org.tukaani.xz.XZInputStream;

/** Decompresses files; the first bytes of a file determine its compression. */
public final class Packed {
  private static final int BUFFER = 1 << 20;

  /** The most memory that unpacking xz may take; {@code xz -9} needs an eighth of it. */
  private static final int MOST_KIBIBYTES = 512 << 10;

  /** What files begin with. */
  private static final int[] GZIP = {0x1f, 0x8b};

  private static final int[] BZIP2 = {'B', 'Z', 'h', -1, '1', 'A', 'Y', '&', 'S', 'Y'};
  private static final int[] XZ = {0xfd, '7', 'z', 'X', 'Z', 0};
  private static final int[] ZSTD = {0x28, 0xb5, 0x2f, 0xfd};

  private Packed() {}

  /**
   * Returns what is in a stream that is packed by gzip, bzip2, xz or Zstandard; the stream itself
   * when it is not. The stream is closed with it, or when this fails.
   *
   * @throws IOException when it cannot be read
   * @throws InvalidInputException when nothing on the path unpacks it
   */
  public static InputStream open(InputStream raw) throws IOException {
    InputStream stream = new BufferedInputStream(raw, BUFFER);
    try {
      stream.mark(16);
      byte[] head = stream.readNBytes(16);
      stream.reset();
      if (begins(head, GZIP)) {
        return new GZIPInputStream(stream, BUFFER);
      }
      if (begins(head, BZIP2)) {
        return new BZip2CompressorInputStream(stream, true);
      }
      if (begins(head, XZ)) {
        return new XZInputStream(stream, MOST_KIBIBYTES);
      }
      if (begins(head, ZSTD)) {
        if (!ZstdUtils.isZstdCompressionAvailable()) {
          throw new InvalidInputException(
              "it is compressed with Zstandard; add the jar com.github.luben:zstd-jni to the class"
                  + " or module path, or decompress it, as with: zstd -d");
        }
        return new ZstdCompressorInputStream(stream);
      }
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  private static boolean begins(byte[] head, int[] magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (magic[i] >= 0 && (head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
