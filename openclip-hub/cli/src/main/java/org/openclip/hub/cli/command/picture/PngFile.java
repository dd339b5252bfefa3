package org.openclip.hub.cli.command.picture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG files of 8 bits for each of red, green and blue (ISO/IEC 15948). */
final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BITS = 8;
  private static final byte RGB = 2;

  private PngFile() {}

  /**
   * Writes a picture.
   *
   * @param rgb {@code uint8[height, width, 3]}
   */
  static void write(FileChannel channel, int width, int height, byte[] rgb) throws IOException {
    writeFully(channel, ByteBuffer.wrap(SIGNATURE));
    byte[] size = {BITS, RGB, 0, 0, 0};
    chunk(channel, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put(size).array());
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream rows = new DeflaterOutputStream(packed)) {
      for (int row = 0; row < height; row++) {
        rows.write(0); // no filter
        rows.write(rgb, 3 * row * width, 3 * width);
      }
    }
    chunk(channel, "IDAT", packed.toByteArray());
    chunk(channel, "IEND", new byte[0]);
  }

  private static void chunk(FileChannel channel, String name, byte[] data) throws IOException {
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(type);
    check.update(data);
    ByteBuffer bytes = ByteBuffer.allocate(data.length + 12);
    bytes.putInt(data.length).put(type).put(data).putInt((int) check.getValue());
    writeFully(channel, bytes.flip());
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
