package org.openclip.api.spi;

import org.openclip.api.image.ImageDecoder;

/** A plugin that decodes formats of picture files. */
public interface ImageDecoderProvider extends Provider {
  /**
   * Returns whether a file is of one of its formats.
   *
   * @param head the first bytes of the file, up to 64
   */
  boolean accepts(byte[] head);

  /** Creates a decoder. */
  ImageDecoder create();
}
