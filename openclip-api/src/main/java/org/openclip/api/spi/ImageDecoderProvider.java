package org.openclip.api.spi;

import java.util.Set;
import org.openclip.api.image.ImageDecoder;

/** A plugin that decodes formats of picture files. */
public interface ImageDecoderProvider extends Provider {
  /**
   * Returns whether a file is of one of its formats.
   *
   * @param head the first bytes of the file, up to 64
   */
  boolean accepts(byte[] head);

  /**
   * Returns the endings that names of such files have, in lower case and without the dot, such as
   * {@code jpg}. By them alone pictures are found in folders; the file's first bytes decide how it
   * is read. None for a decoder whose files are only read when they are named.
   */
  default Set<String> endings() {
    return Set.of();
  }

  /** Creates a decoder. */
  ImageDecoder create();
}
