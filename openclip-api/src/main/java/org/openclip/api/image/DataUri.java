package org.openclip.api.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.openclip.api.InvalidInputException;

/** The data that stands in a URI itself (RFC 2397). */
final class DataUri {
  private static final String SCHEME = "data:";
  private static final int SHOWN = 40;

  private DataUri() {}

  /**
   * Returns the data.
   *
   * @param name what messages call it
   * @throws InvalidInputException when it is no such URI, or its base64 is broken
   */
  static byte[] bytes(String name, String uri) {
    int comma = uri.indexOf(',');
    if (!uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || comma < 0) {
      throw new InvalidInputException(
          "%s is not a data URI: it must start like data:image/png;base64, but starts with: %s"
              .formatted(name, uri.substring(0, Math.min(SHOWN, uri.length()))));
    }
    String head = uri.substring(SCHEME.length(), comma).toLowerCase(Locale.ROOT).strip();
    String data = uri.substring(comma + 1);
    byte[] plain =
        data.indexOf('%') < 0 ? data.getBytes(StandardCharsets.ISO_8859_1) : unescaped(name, data);
    if (!head.endsWith(";base64")) {
      return plain;
    }
    try {
      return Base64.getDecoder().decode(plain);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(name + " is not valid base64: " + e.getMessage(), e);
    }
  }

  private static byte[] unescaped(String name, String data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.length());
    for (int i = 0; i < data.length(); i++) {
      char c = data.charAt(i);
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      int high = i + 2 <= data.length() - 1 ? Character.digit(data.charAt(i + 1), 16) : -1;
      int low = i + 2 <= data.length() - 1 ? Character.digit(data.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw new InvalidInputException(
            name
                + " has a % at "
                + i
                + " of its data that is not followed by two hexadecimal digits");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return bytes.toByteArray();
  }
}
