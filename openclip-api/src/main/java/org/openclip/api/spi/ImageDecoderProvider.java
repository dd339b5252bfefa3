package org.openclip.api.spi;

import java.util.Set;
import org.openclip.api.image.ImageDecoder;

/** A plugin that adds image formats. */
public interface ImageDecoderProvider extends Provider {
  /**
   * Returns whether a file is of one of its formats.
   *
   * @param head the first bytes of the file, up to 64
   */
  boolean accepts(byte[] head);

  /**
   * Returns the file name extensions of its formats, in lower case and without the dot, such as
   * {@code jpg}. Images in folders are found by their extension; the first bytes of a file
   * determine its format. Empty for a decoder whose files are only read when they are named.
   */
  default Set<String> endings() {
    return Set.of();
  }

  /** Creates a decoder. */
  ImageDecoder create();
}
