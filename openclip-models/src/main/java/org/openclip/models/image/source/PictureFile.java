package org.openclip.models.image.source;

import java.nio.charset.StandardCharsets;
import org.openclip.api.InvalidInputException;

/**
 * The bytes of an image file under the name that errors tell. Reads behind its end are errors, not
 * exceptions of arrays.
 *
 * @param name the file's name, for messages
 * @param bytes the whole file
 */
@SuppressWarnings("ArrayRecordComponent") // a file is its bytes; copying them would double them
public record PictureFile(String name, byte[] bytes) {
  /** Returns the number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Returns the byte at an index, 0 to 255. */
  public int at(long index) {
    if (index < 0 || index >= bytes.length) {
      throw cut("in its header");
    }
    return bytes[(int) index] & 0xff;
  }

  /** Returns an unsigned number of up to eight bytes. */
  public long number(long from, int count, boolean bigEndian) {
    long number = 0;
    for (int i = 0; i < count; i++) {
      number = number << 8 | at(from + (bigEndian ? i : count - 1 - i));
    }
    return number;
  }

  /** Returns an unsigned number of up to three bytes, or a signed one of four, low byte first. */
  public int little(long from, int count) {
    return (int) number(from, count, false);
  }

  /** Returns an unsigned number of up to three bytes, or a signed one of four, high byte first. */
  public int big(long from, int count) {
    return (int) number(from, count, true);
  }

  /** Returns whether the file has a text at an index. */
  public boolean has(String text, int from) {
    return from >= 0
        && from + text.length() <= bytes.length
        && new String(bytes, from, text.length(), StandardCharsets.ISO_8859_1).equals(text);
  }

  /**
   * Creates the exception for a file that ends too early.
   *
   * @param where the place, such as "in its header"
   */
  public InvalidInputException cut(String where) {
    return new InvalidInputException(name + " is truncated " + where + "; provide the whole file");
  }

  /** Creates the exception for a damaged file. */
  public InvalidInputException damaged(String what) {
    return new InvalidInputException(
        name + " is damaged: " + what + "; save it again with another program");
  }

  /** Creates the exception for a file of an unsupported kind. */
  public InvalidInputException unknown(String what) {
    return new InvalidInputException(name + " is not supported: " + what + "; save it as PNG");
  }
}
