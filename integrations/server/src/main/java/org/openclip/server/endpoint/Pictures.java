package org.openclip.server.endpoint;

import java.util.Base64;
import java.util.Locale;
import org.openclip.api.image.PictureSource;
import org.openclip.server.http.Problem;

/** Pictures as requests hold them: a data URI, base64, or a URL of a host that is allowed. */
final class Pictures {
  private static final String DATA = "data:";

  private final RemotePictures remote;

  Pictures(RemotePictures remote) {
    this.remote = remote;
  }

  static boolean isDataUri(String text) {
    return text.regionMatches(true, 0, DATA, 0, DATA.length());
  }

  private static boolean isUrl(String text) {
    String head = text.substring(0, Math.min(8, text.length())).toLowerCase(Locale.ROOT);
    return head.startsWith("http://") || head.startsWith("https://");
  }

  /**
   * Returns a picture.
   *
   * @param name what messages call it
   * @throws Problem when it is none of the three, or may not be fetched
   */
  PictureSource read(String name, String text) {
    if (text.isBlank()) {
      throw Problem.invalid(name + " is empty; send a data URI or base64");
    }
    if (isDataUri(text)) {
      return PictureSource.dataUri(name, text);
    }
    if (isUrl(text)) {
      return PictureSource.bytes(name, remote.fetch(name, text));
    }
    return PictureSource.bytes(name, base64(name, text));
  }

  static byte[] base64(String name, String text) {
    try {
      return Base64.getDecoder().decode(text.replace("\n", "").replace("\r", ""));
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(
          "%s is not a data URI, a URL or base64 (%s)".formatted(name, e.getMessage()));
    }
  }
}
