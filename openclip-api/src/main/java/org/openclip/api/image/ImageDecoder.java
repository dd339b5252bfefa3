package org.openclip.api.image;

import org.openclip.api.InvalidInputException;

/** Decodes image files to pixels. Thread-safe. */
public interface ImageDecoder {
  /**
   * Decodes the first image of a file.
   *
   * @param file the bytes of the whole file
   * @param name its name, for messages
   * @throws InvalidInputException when the bytes are not a complete image of a known format
   */
  Image decode(byte[] file, String name);

  /**
   * Releases anything that the decoder has registered with the JVM and that would keep its class
   * loader in memory. It is called when a model is closed. The decoder can be used again.
   */
  default void release() {}
}
