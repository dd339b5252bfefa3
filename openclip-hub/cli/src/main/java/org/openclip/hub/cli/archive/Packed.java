package org.openclip.hub.cli.archive;

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

  /** The number of bytes that determine the compression. */
  public static final int HEAD = 16;

  private Packed() {}

  /** Returns whether a file with these first bytes is compressed. */
  public static boolean isPacked(byte[] head) {
    return begins(head, GZIP) || begins(head, BZIP2) || begins(head, XZ) || begins(head, ZSTD);
  }

  /**
   * Decompresses a stream that is compressed with gzip, bzip2, xz or Zstandard; returns any other
   * stream unchanged. The stream is closed with the returned one, or when this fails.
   *
   * @throws IOException if it cannot be read
   * @throws InvalidInputException if it is compressed with Zstandard and zstd-jni is not on the
   *     path
   */
  public static InputStream open(InputStream raw) throws IOException {
    InputStream stream = new BufferedInputStream(raw, BUFFER);
    try {
      stream.mark(HEAD);
      byte[] head = stream.readNBytes(HEAD);
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
