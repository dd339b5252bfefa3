package org.openclip.models.text.repair;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.models.resource.ModuleResource;

/**
 * Decodes HTML 5 character references such as <code>&amp;eacute;</code> and <code>
 * &amp;#233;</code>.
 */
public final class HtmlEntities {
  private static final int LONGEST_NAME = 32;
  private static final int LONGEST_CLEAR_NAME = 24;

  /** What browsers make of the references to 0x80 to 0x9F: Windows-1252, where it has a sign. */
  private static final String C1_MEANINGS =
      "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

  private HtmlEntities() {}

  /** The tables, read on first use. */
  private static final class Tables {
    /** Names as they stand behind the ampersand, with the semicolon where it is required. */
    static final Map<String, String> NAMES = read();

    /** Names in capitals that no entity has, such as {@code EACUTE;}. */
    static final Map<String, String> CAPITALS = capitals();

    private static Map<String, String> read() {
      Map<String, String> names = new HashMap<>(4096);
      try (InputStream stream = ModuleResource.open(HtmlEntities.class, "entities.txt");
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          int space = line.indexOf(' ');
          String name = line.substring(0, space);
          StringBuilder value = new StringBuilder();
          for (String hex : line.substring(space + 1).split("\\+", -1)) {
            value.appendCodePoint(Integer.parseInt(hex, 16));
          }
          names.put(name, value.toString());
          if (!name.endsWith(";")) {
            names.put(name + ";", value.toString());
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Map.copyOf(names);
    }

    private static Map<String, String> capitals() {
      Map<String, String> capitals = new HashMap<>();
      NAMES.forEach(
          (name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            boolean lowerCase = name.endsWith(";") && name.equals(name.toLowerCase(Locale.ROOT));
            if (lowerCase && named(upper) == null) {
              capitals.put(upper, PythonText.upper(value));
            }
          });
      return Map.copyOf(capitals);
    }
  }

  /**
   * Decodes every character reference as a browser would: names without a semicolon where HTML
   * allows it, the longest first, and numbers in decimal and hexadecimal.
   */
  public static String unescape(String text) {
    int ampersand = text.indexOf('&');
    if (ampersand < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (ampersand >= 0) {
      int end = numberEnd(text, ampersand + 1);
      String value;
      if (end > 0) {
        value = number(text.substring(ampersand + 2, end));
      } else {
        end = nameEnd(text, ampersand + 1);
        value = named(text.substring(ampersand + 1, end));
      }
      if (value != null) {
        out.append(text, copied, ampersand).append(value);
        copied = end;
      }
      ampersand = text.indexOf('&', Math.max(end, ampersand + 1));
    }
    return out.append(text, copied, text.length()).toString();
  }

  /**
   * Decodes the references that end in a semicolon and therefore cannot be anything else, and Latin
   * letters whose names were turned to capitals, such as <code>&amp;EACUTE;</code>.
   */
  static String unescapeClear(String text) {
    int ampersand = text.indexOf('&');
    if (ampersand < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (ampersand >= 0) {
      int start = ampersand + 1;
      boolean number = start < text.length() && text.charAt(start) == '#';
      int nameStart = number ? start + 1 : start;
      int end = nameStart;
      while (end < text.length()
          && end - nameStart < LONGEST_CLEAR_NAME
          && isAsciiAlphanumeric(text.charAt(end))) {
        end++;
      }
      if (end > nameStart && end < text.length() && text.charAt(end) == ';') {
        end++;
        String value = number ? clearNumber(text, start, end) : clearName(text, start, end);
        if (value != null) {
          out.append(text, copied, ampersand).append(value);
          copied = end;
        }
        start = end;
      }
      ampersand = text.indexOf('&', start);
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static @Nullable String clearName(String text, int start, int end) {
    String name = text.substring(start, end);
    String value = Tables.NAMES.get(name);
    return value != null ? value : Tables.CAPITALS.get(name);
  }

  private static @Nullable String clearNumber(String text, int start, int end) {
    // A number followed by letters is not taken apart, and a decoded semicolon counts as one left.
    if (numberEnd(text, start) != end) {
      return null;
    }
    String value = number(text.substring(start + 1, end));
    return value.equals(";") ? null : value;
  }

  /** Returns the end of the number that starts with '#' at the index, or -1. */
  private static int numberEnd(String text, int start) {
    int length = text.length();
    if (start >= length || text.charAt(start) != '#') {
      return -1;
    }
    int digits = start + 1;
    boolean hex = digits < length && (text.charAt(digits) == 'x' || text.charAt(digits) == 'X');
    if (hex) {
      digits++;
    }
    int end = digits;
    while (end < length && isDigit(text.charAt(end), hex)) {
      end++;
    }
    if (end == digits) {
      return -1;
    }
    return end < length && text.charAt(end) == ';' ? end + 1 : end;
  }

  private static boolean isDigit(char c, boolean hex) {
    return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
  }

  /** Returns the character of a number such as {@code 233;} or {@code xE9}. */
  private static String number(String digits) {
    boolean hex = digits.charAt(0) == 'x' || digits.charAt(0) == 'X';
    int radix = hex ? 16 : 10;
    int c = 0;
    for (int i = hex ? 1 : 0; i < digits.length() && digits.charAt(i) != ';'; i++) {
      c =
          Math.min(
              c * radix + Character.digit(digits.charAt(i), radix), Character.MAX_CODE_POINT + 1);
    }
    if (c == 0 || c > Character.MAX_CODE_POINT || (c >= 0xD800 && c <= 0xDFFF)) {
      return "\uFFFD";
    }
    if (c >= 0x80 && c <= 0x9F) {
      return String.valueOf(C1_MEANINGS.charAt(c - 0x80));
    }
    boolean control = (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r') || c == 0x7F;
    boolean noCharacter = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
    return control || noCharacter ? "" : Character.toString(c);
  }

  /** Returns the end of what may be a name: at most 32 characters and then a semicolon. */
  private static int nameEnd(String text, int start) {
    int end = start;
    for (int count = 0; end < text.length() && count < LONGEST_NAME; count++) {
      int c = text.codePointAt(end);
      if (c == '\t' || c == '\n' || c == '\f' || c == ' ' || c == '<' || c == '&' || c == '#'
          || c == ';') {
        break;
      }
      end += Character.charCount(c);
    }
    return end > start && end < text.length() && text.charAt(end) == ';' ? end + 1 : end;
  }

  /**
   * Returns the text with the longest known name at its start replaced; null when there is none.
   */
  private static @Nullable String named(String name) {
    for (int length = name.length(); length > 1; length--) {
      String value = Tables.NAMES.get(name.substring(0, length));
      if (value != null) {
        return value + name.substring(length);
      }
    }
    return null;
  }

  private static boolean isAsciiAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
