package org.openclip.models.image.webp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * The chunks of a WebP file: its first picture as a file of its own, without colour profile and
 * animation, and where that stands on the canvas.
 *
 * @param picture a plain WebP file
 * @param width columns of the canvas
 * @param height rows of the canvas
 * @param left the picture's first column on the canvas
 * @param top its first row
 * @param opaque whether the file says that it has no opacity, whatever its picture holds
 * @param exif what the camera wrote; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent")
record WebpContainer(
    byte[] picture, int width, int height, int left, int top, boolean opaque, byte[] exif) {
  private static final int ALPHA = 0x10;
  private static final int ANIMATION = 0x02;

  static WebpContainer read(PictureFile file) {
    long stated = 8 + file.number(4, 4, false);
    if (stated > file.length() + 1L) {
      throw file.cut("because its header states a larger size");
    }
    int flags = -1;
    int width = 0;
    int height = 0;
    int frame = -1;
    int frameEnd = 0;
    ByteArrayOutputStream still = new ByteArrayOutputStream();
    byte[] exif = {};
    // What follows the stated size is no part of the picture, for libwebp neither.
    long whole = Math.min(file.length(), stated);
    for (long at = 12; at + 8 <= whole; ) {
      String chunk = new String(file.bytes(), (int) at, 4, StandardCharsets.ISO_8859_1);
      long length = file.number(at + 4, 4, false);
      if (at + 8 + length > whole) {
        throw file.cut("in its chunk " + (chunk.matches("[A-Z0-9 ]+") ? chunk : "at byte " + at));
      }
      int from = (int) at;
      int end = (int) (at + 8 + length);
      switch (chunk) {
        case "VP8X" -> {
          flags = file.at(at + 8);
          width = 1 + file.little(at + 12, 3);
          height = 1 + file.little(at + 15, 3);
          Image.checkSize(file.name(), width, height);
        }
        case "ANMF" -> {
          frame = frame < 0 ? from : frame;
          frameEnd = frame == from ? end : frameEnd;
        }
        case "ALPH", "VP8 ", "VP8L" -> append(still, file, from, end);
        case "EXIF" -> exif = Arrays.copyOfRange(file.bytes(), from + 8, end);
        default -> {}
      }
      at += 8 + length + (length & 1);
    }
    boolean animated = flags >= 0 && (flags & ANIMATION) != 0;
    boolean opaque = flags >= 0 && (flags & ALPHA) == 0;
    if (!animated) {
      byte[] plain = still.toByteArray();
      return new WebpContainer(
          flags < 0 ? file.bytes() : wrap(plain, width, height), width, height, 0, 0, opaque, exif);
    }
    if (frame < 0) {
      throw file.cut("before its first picture");
    }
    if (frameEnd - frame < 24) {
      throw file.damaged("its first picture has no header");
    }
    int left = 2 * file.little(frame + 8L, 3);
    int top = 2 * file.little(frame + 11L, 3);
    int columns = 1 + file.little(frame + 14L, 3);
    int rows = 1 + file.little(frame + 17L, 3);
    if (left + columns > width || top + rows > height) {
      throw file.damaged("its first picture does not fit into its canvas");
    }
    byte[] parts = Arrays.copyOfRange(file.bytes(), frame + 24, frameEnd);
    return new WebpContainer(wrap(parts, columns, rows), width, height, left, top, opaque, exif);
  }

  private static void append(ByteArrayOutputStream to, PictureFile file, int from, int end) {
    to.write(file.bytes(), from, end - from);
    if ((end - from & 1) != 0) {
      to.write(0);
    }
  }

  /** Returns a file of chunks of one picture; those of opacity need a header of its own. */
  private static byte[] wrap(byte[] chunks, int width, int height) {
    boolean alpha = chunks.length > 4 && chunks[0] == 'A';
    ByteBuffer file = ByteBuffer.allocate(chunks.length + (alpha ? 30 : 12));
    file.order(ByteOrder.LITTLE_ENDIAN);
    file.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(file.capacity() - 8);
    file.put("WEBP".getBytes(StandardCharsets.ISO_8859_1));
    if (alpha) {
      file.put("VP8X".getBytes(StandardCharsets.ISO_8859_1)).putInt(10).putInt(ALPHA);
      for (int side : new int[] {width - 1, height - 1}) {
        file.put((byte) side).put((byte) (side >> 8)).put((byte) (side >> 16));
      }
    }
    return file.put(chunks).array();
  }
}
