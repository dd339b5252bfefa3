package org.openclip.models.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.models.image.format.Exif;

/**
 * A picture file without what ImageIO would act upon and the reference ignores: colour profiles,
 * gamma, and the transparent colour of pictures without an alpha channel. On the way through the
 * file its size is checked before any pixel is decoded, and a file cut short is found.
 *
 * @param bytes the file that is decoded
 * @param orientation the EXIF orientation, 1 to 8
 */
@SuppressWarnings("ArrayRecordComponent")
record CleanFile(byte[] bytes, int orientation) {
  private static final Set<String> PNG_CHUNKS = Set.of("IHDR", "PLTE", "IDAT", "IEND");

  /**
   * Reads the structure of a file.
   *
   * @throws InvalidInputException when it is damaged, cut short, or too large
   */
  static CleanFile of(PictureFormat format, byte[] file, String name) {
    return switch (format) {
      case JPEG -> jpeg(file, name);
      case PNG -> png(file, name);
      case WEBP -> webp(file, name);
      case GIF -> {
        require(file.length >= 13, name, "is cut short in its header");
        Image.checkSize(name, little(file, 6, 2), little(file, 8, 2));
        yield new CleanFile(file, 1);
      }
      case BMP, TIFF, PNM -> new CleanFile(file, 1);
    };
  }

  private static CleanFile jpeg(byte[] file, String name) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
    kept.write(file, 0, 2);
    int orientation = 1;
    int at = 2;
    while (true) {
      while (at + 1 < file.length && file[at] == (byte) 0xff && file[at + 1] == (byte) 0xff) {
        at++;
      }
      require(at + 4 <= file.length, name, "is a JPEG file cut short before its pixels");
      int marker = file[at + 1] & 0xff;
      int length = big(file, at + 2, 2);
      require(file[at] == (byte) 0xff && length >= 2, name, "is a damaged JPEG file");
      require(at + 2 + length <= file.length, name, "is a JPEG file cut short before its pixels");
      boolean frame =
          marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
      if (frame) {
        Image.checkSize(name, big(file, at + 7, 2), big(file, at + 5, 2));
      }
      if (marker == 0xe1 && length > 8 && text(file, at + 4, 6).equals("Exif\0\0")) {
        orientation = Exif.orientation(Arrays.copyOfRange(file, at + 10, at + 2 + length), "");
      }
      // Application data but Adobe's, whose flag says how four channels are stored, and comments.
      boolean ignored = (marker >= 0xe1 && marker <= 0xef && marker != 0xee) || marker == 0xfe;
      if (!ignored) {
        kept.write(file, at, 2 + length);
      }
      at += 2 + length;
      if (marker == 0xda) {
        kept.write(file, at, file.length - at);
        return new CleanFile(kept.toByteArray(), orientation);
      }
    }
  }

  private static CleanFile png(byte[] file, String name) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
    kept.write(file, 0, 8);
    int orientation = 1;
    int at = 8;
    while (true) {
      require(at + 12 <= file.length, name, "is a PNG file cut short");
      int length = big(file, at, 4);
      String chunk = text(file, at + 4, 4);
      require(
          length >= 0 && length <= file.length - at - 12,
          name,
          "is a PNG file cut short in its chunk " + chunk);
      if (chunk.equals("IHDR") && length >= 8) {
        Image.checkSize(name, big(file, at + 8, 4), big(file, at + 12, 4));
      }
      if (chunk.equals("eXIf")) {
        orientation = Exif.orientation(Arrays.copyOfRange(file, at + 8, at + 8 + length), "");
      }
      if (PNG_CHUNKS.contains(chunk)) {
        kept.write(file, at, length + 12);
      }
      at += length + 12;
      if (chunk.equals("IEND")) {
        return new CleanFile(kept.toByteArray(), orientation);
      }
    }
  }

  private static CleanFile webp(byte[] file, String name) {
    long end = 8 + (little(file, 4, 4) & 0xffffffffL);
    require(end <= file.length + 1L, name, "is a WebP file cut short");
    int orientation = 1;
    byte[] clean = file;
    for (long at = 12; at + 8 <= file.length; ) {
      String chunk = text(file, (int) at, 4);
      long length = little(file, (int) at + 4, 4) & 0xffffffffL;
      require(at + 8 + length <= file.length, name, "is a WebP file cut short in " + chunk);
      if (chunk.equals("EXIF")) {
        orientation =
            Exif.orientation(Arrays.copyOfRange(file, (int) at + 8, (int) (at + 8 + length)), "");
      }
      if (chunk.equals("VP8X") && length >= 10) {
        Image.checkSize(
            name, 1 + little(file, (int) at + 12, 3), 1 + little(file, (int) at + 15, 3));
        clean = file.clone();
        clean[(int) at + 8] &= ~0x20; // no colour profile
      }
      at += 8 + length + (length & 1);
    }
    return new CleanFile(clean, orientation);
  }

  private static void require(boolean holds, String name, String problem) {
    if (!holds) {
      throw new InvalidInputException(name + " " + problem + "; give the whole file");
    }
  }

  private static int big(byte[] file, int at, int count) {
    return number(file, at, count, ByteOrder.BIG_ENDIAN);
  }

  private static int little(byte[] file, int at, int count) {
    return number(file, at, count, ByteOrder.LITTLE_ENDIAN);
  }

  private static int number(byte[] file, int at, int count, ByteOrder order) {
    byte[] padded = new byte[4];
    if (at + count <= file.length) {
      System.arraycopy(file, at, padded, order == ByteOrder.BIG_ENDIAN ? 4 - count : 0, count);
    }
    return ByteBuffer.wrap(padded).order(order).getInt();
  }

  private static String text(byte[] file, int at, int length) {
    byte[] part = Arrays.copyOfRange(file, at, Math.min(file.length, at + length));
    return new String(part, StandardCharsets.ISO_8859_1);
  }
}
