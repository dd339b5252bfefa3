package org.openclip.train.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openclip.api.InvalidInputException;

/** Reads a caption from a UTF-8 file. */
public final class CaptionFile {
  /** The longest that is taken for a caption, in bytes. */
  private static final int MOST_BYTES = 1 << 20;

  private CaptionFile() {}

  /**
   * Reads a file.
   *
   * @return the whole text, without white space around it
   * @throws IOException when it cannot be read
   * @throws InvalidInputException when it is empty, too long, or no text
   */
  public static String read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream stream = Files.newInputStream(file)) {
      bytes = stream.readNBytes(MOST_BYTES + 1);
    }
    if (bytes.length > MOST_BYTES) {
      throw new InvalidInputException(
          "%s has more than %s bytes, the limit for a caption".formatted(file, MOST_BYTES));
    }
    String text = text(bytes);
    String caption = (text.startsWith("\uFEFF") ? text.substring(1) : text).strip();
    if (caption.isEmpty()) {
      throw new InvalidInputException("the caption " + file + " is empty");
    }
    return caption;
  }

  /**
   * Decodes a caption.
   *
   * @throws InvalidInputException when it is no UTF-8
   */
  public static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException("its caption is not UTF-8", e);
    }
  }
}
