package org.openclip.api.image;

import org.openclip.api.InvalidInputException;

/** The step from the bytes of a picture file to its pixels. Safe for many threads. */
public interface ImageDecoder {
  /**
   * Decodes the first picture of a file.
   *
   * @param file the whole file
   * @param name its name, for messages
   * @throws InvalidInputException when the bytes are no whole picture of a known format
   */
  Image decode(byte[] file, String name);

  /**
   * Lets go of what the decoder has registered with the JVM, if anything, and would keep its class
   * loader in memory. It is called when a model is closed; the decoder can be used again.
   */
  default void release() {}
}
