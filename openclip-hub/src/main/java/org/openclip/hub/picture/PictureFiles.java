package org.openclip.hub.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.PictureSource;
import org.openclip.api.spi.PictureDecoder;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.Missing;

/** Reads and decodes image files with the first plugin that recognises them. */
public final class PictureFiles {
  /** An uncompressed picture within the bound on pixels is smaller. */
  private static final long MOST_BYTES = 1L << 30;

  private final PictureDecoder decoder;

  /** Creates a reader with the decoders among the plugins. */
  public PictureFiles(PluginRegistry plugins) {
    decoder = new PictureDecoder(plugins);
  }

  /**
   * Reads an image file.
   *
   * @throws InvalidInputException when the file is missing or not an image; the message names it
   */
  public Image read(Path file) {
    return decode(bytes(file), file.toString());
  }

  /**
   * Reads an image from a source.
   *
   * @throws InvalidInputException when it is missing or not an image; the message names it
   */
  public Image read(PictureSource source) {
    return switch (source.content()) {
      case PictureSource.InFile in -> read(in.file());
      case PictureSource.Encoded encoded -> decode(encoded.bytes(), source.name());
      case PictureSource.Decoded decoded -> decoded.image();
    };
  }

  /**
   * Decodes the bytes of an image file.
   *
   * @param name the file's name, for messages
   * @throws InvalidInputException when they are not an image; the message names it
   */
  public Image decode(byte[] bytes, String name) {
    return decoder.decode(bytes, name);
  }

  /** Releases what the decoders have registered with the JVM. They can be used again. */
  public void release() {
    decoder.release();
  }

  private static byte[] bytes(Path file) {
    if (!Files.exists(file)) {
      throw Missing.file(file);
    }
    if (Files.isDirectory(file)) {
      throw new InvalidInputException(file + " is a folder; name the picture files in it");
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InvalidInputException(
            file + " is larger than the limit of " + MOST_BYTES + " bytes for a picture");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      InterruptedCallException.check(file + " was read", e);
      throw new InvalidInputException(file + " cannot be read: " + e, e);
    }
  }
}
