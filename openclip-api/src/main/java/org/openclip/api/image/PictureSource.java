package org.openclip.api.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.openclip.api.InvalidInputException;

/**
 * A picture that is to be embedded, wherever it lies, under the name by which messages call it. It
 * is read when its turn comes, once, by another thread than the one that made it.
 */
public final class PictureSource {
  /** The most bytes that the file of a picture may have. */
  public static final int MOST_BYTES = 1 << 30;

  private final String name;
  private final Reading reading;

  private PictureSource(String name, Reading reading) {
    this.name = name;
    this.reading = reading;
  }

  /** What a source turns out to be when it is read. */
  public sealed interface Content permits InFile, Encoded, Decoded {}

  /**
   * A picture in a file that is yet to be read.
   *
   * @param file in any file system
   */
  public record InFile(Path file) implements Content {}

  /**
   * The bytes of a picture's file.
   *
   * @param bytes in any format that a decoder knows; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // copying would double the pictures under way
  public record Encoded(byte[] bytes) implements Content {}

  /**
   * A picture that is decoded already.
   *
   * @param image its pixels
   */
  public record Decoded(Image image) implements Content {}

  /** What opens the bytes of a picture. */
  public interface Opening {
    /**
     * Opens them; they are read to the end and closed.
     *
     * @throws IOException when they cannot be read; it costs this picture alone
     */
    InputStream open() throws IOException;
  }

  /** What takes a source to its content. */
  private interface Reading {
    Content read();
  }

  /** Returns a picture file, named by its path. */
  public static PictureSource file(Path file) {
    Content content = new InFile(file);
    return new PictureSource(file.toString(), () -> content);
  }

  /**
   * Returns a picture in memory.
   *
   * @param name what messages call it
   * @param bytes those of its file; not copied, so they must stay as they are
   */
  public static PictureSource bytes(String name, byte[] bytes) {
    Content content = new Encoded(bytes);
    return new PictureSource(name, () -> content);
  }

  /**
   * Returns a picture that a stream holds, which is read to its end and closed. A picture whose
   * turn never comes leaves its stream open.
   *
   * @param name what messages call it
   */
  public static PictureSource stream(String name, InputStream stream) {
    return opening(name, () -> stream);
  }

  /**
   * Returns a picture that is opened when its turn comes.
   *
   * @param name what messages call it
   */
  public static PictureSource opening(String name, Opening opening) {
    return new PictureSource(name, () -> new Encoded(readAll(name, opening)));
  }

  /**
   * Returns a picture that is decoded already.
   *
   * @param name what messages call it
   */
  public static PictureSource image(String name, Image image) {
    Content content = new Decoded(image);
    return new PictureSource(name, () -> content);
  }

  /**
   * Returns a picture of Java's own graphics; its pixels are {@linkplain BufferedImages#copy
   * copied} when its turn comes.
   *
   * @param name what messages call it
   */
  public static PictureSource bufferedImage(String name, BufferedImage picture) {
    return new PictureSource(name, () -> new Decoded(BufferedImages.copy(picture)));
  }

  /**
   * Returns the picture that a data URI holds, such as {@code data:image/png;base64,…} (RFC 2397).
   * Its media type is not asked for: the bytes say what they are.
   *
   * @param name what messages call it
   */
  public static PictureSource dataUri(String name, String uri) {
    return new PictureSource(name, () -> new Encoded(DataUri.bytes(name, uri)));
  }

  private static byte[] readAll(String name, Opening opening) {
    try (InputStream stream = opening.open()) {
      byte[] bytes = stream.readNBytes(MOST_BYTES);
      if (bytes.length == MOST_BYTES && stream.read() >= 0) {
        throw new InvalidInputException(
            name + " is larger than the limit of " + MOST_BYTES + " bytes for a picture");
      }
      return bytes;
    } catch (IOException e) {
      throw new InvalidInputException(name + " cannot be read: " + e, e);
    }
  }

  /** Returns what messages call it. */
  public String name() {
    return name;
  }

  /**
   * Reads it, for whoever decodes it; a stream can be read once.
   *
   * @throws InvalidInputException when it cannot be read; it is named
   */
  public Content content() {
    return reading.read();
  }

  /** Returns its name. */
  @Override
  public String toString() {
    return name;
  }
}
