package org.openclip.models.image;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openclip.models.image.format.PnmDecoder;
import org.openclip.models.image.tiff.TiffDirectory;

/** The formats of picture files, told apart by their first bytes and never by their names. */
enum PictureFormat {
  JPEG,
  PNG,
  GIF,
  BMP,
  TIFF,
  WEBP,
  PNM;

  /** Returns the format of a file, or null when it is none of these. */
  static @Nullable PictureFormat of(byte[] head) {
    if (starts(head, "\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (starts(head, "\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (starts(head, "GIF87a") || starts(head, "GIF89a")) {
      return GIF;
    }
    if (starts(head, "BM")) {
      return BMP;
    }
    if (TiffDirectory.accepts(head)) {
      return TIFF;
    }
    if (starts(head, "RIFF")
        && head.length >= 12
        && new String(head, 8, 4, StandardCharsets.ISO_8859_1).equals("WEBP")) {
      return WEBP;
    }
    if (PnmDecoder.accepts(head)) {
      return PNM;
    }
    return null;
  }

  private static boolean starts(byte[] head, String magic) {
    return head.length >= magic.length()
        && new String(head, 0, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
  }
}
