package org.openclip.hub.bulk;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * The unpacking of whole files, told by their first bytes: by gzip, which every Java has. Files
 * that are packed otherwise are refused with the command that unpacks them.
 */
final class Unpacked {
  /** How many bytes tell. */
  static final int HEAD = 6;

  private static final int BUFFER = 1 << 20;

  /** What files begin with, in hexadecimal digits. */
  private enum Packing {
    GZIP("gzip", "1f8b"),
    BZIP2("bzip2", "425a68"),
    XZ("xz", "fd377a585a00"),
    ZSTD("zstd", "28b52ffd");

    private final String program;
    private final String magic;

    Packing(String program, String magic) {
      this.program = program;
      this.magic = magic;
    }

    boolean begins(byte[] head) {
      return HexFormat.of().formatHex(head).startsWith(magic);
    }
  }

  private Unpacked() {}

  /** Returns whether a file that begins so is packed. */
  static boolean isPacked(byte[] head) {
    for (Packing packing : Packing.values()) {
      if (packing.begins(head)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns what is in a stream; the stream itself when it is not packed. The stream is closed with
   * it, or when this fails.
   *
   * @throws IOException when it cannot be read, or is packed otherwise than by gzip
   */
  static InputStream open(InputStream raw) throws IOException {
    InputStream stream = new BufferedInputStream(raw, BUFFER);
    boolean opened = false;
    try {
      stream.mark(HEAD);
      byte[] head = stream.readNBytes(HEAD);
      stream.reset();
      for (Packing packing : Packing.values()) {
        if (packing != Packing.GZIP && packing.begins(head)) {
          throw new IOException(
              "it is packed by %s, and only gzip is read here; unpack it first: %s -d"
                  .formatted(packing.program, packing.program));
        }
      }
      InputStream plain = Packing.GZIP.begins(head) ? new GZIPInputStream(stream, BUFFER) : stream;
      opened = true;
      return plain;
    } finally {
      if (!opened) {
        stream.close();
      }
    }
  }
}
