package org.openclip.models.image.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.openclip.models.image.source.PictureFile;

/** What the chunks of a PNG file say of its orientation: EXIF data, also as text, and XMP. */
final class PngNotes {
  private static final String RAW_EXIF = "Raw profile type exif";
  private static final String XMP = "XML:com.adobe.xmp";
  private static final int MOST_TEXT = 1 << 20;

  private final PictureFile file;
  private byte[] exif = {};
  private String rawExif = "";
  private String xmp = "";

  PngNotes(PictureFile file) {
    this.file = file;
  }

  void read(int chunk, int next) {
    int from = chunk + 8;
    int length = next - 4 - from;
    if (file.has("eXIf", chunk + 4)) {
      exif = Arrays.copyOfRange(file.bytes(), from, from + length);
    } else if (file.has("tEXt", chunk + 4) && file.has(RAW_EXIF + "\0", from)) {
      int skipped = RAW_EXIF.length() + 1;
      rawExif = text(from + skipped, length - skipped);
    } else if (file.has("zTXt", chunk + 4) && file.has(RAW_EXIF + "\0\0", from)) {
      int skipped = RAW_EXIF.length() + 2;
      rawExif = unpacked(from + skipped, length - skipped);
    } else if (file.has("iTXt", chunk + 4) && file.has(XMP + "\0", from)) {
      // A flag for compression, its method, a language and a translated key come first.
      int at = from + XMP.length() + 1;
      int flag = file.at(at);
      at += 2;
      for (int zeros = 0; zeros < 2 && at < from + length; at++) {
        zeros += file.at(at) == 0 ? 1 : 0;
      }
      int rest = Math.max(0, from + length - at);
      xmp = flag == 0 ? text(at, rest) : unpacked(at, rest);
    }
  }

  private String text(int from, int length) {
    return new String(file.bytes(), from, Math.max(0, length), StandardCharsets.ISO_8859_1);
  }

  private String unpacked(int from, int length) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(file.bytes(), from, Math.max(0, length));
      byte[] text = new byte[MOST_TEXT];
      return new String(text, 0, inflater.inflate(text), StandardCharsets.ISO_8859_1);
    } catch (DataFormatException e) {
      return "";
    } finally {
      inflater.end();
    }
  }

  int orientation() {
    if (exif.length == 0 && !rawExif.isEmpty()) {
      // Three lines of name and length, then hexadecimal digits.
      String[] lines = rawExif.split("\n", -1);
      StringBuilder digits = new StringBuilder();
      for (int i = 3; i < lines.length; i++) {
        digits.append(lines[i].strip());
      }
      try {
        exif = HexFormat.of().parseHex(digits);
      } catch (IllegalArgumentException e) {
        exif = new byte[0];
      }
    }
    return Exif.orientation(exif, xmp);
  }
}
