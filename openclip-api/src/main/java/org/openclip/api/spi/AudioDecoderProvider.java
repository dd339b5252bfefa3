package org.openclip.api.spi;

import java.util.Set;
import org.openclip.api.audio.AudioDecoder;

/** A plugin that adds a decoder of sound files. */
public interface AudioDecoderProvider extends Provider {
  /**
   * Returns the file name extensions of its formats, in lower case and without the dot, such as
   * {@code wav}. Sounds in folders are found by their extension; the first bytes of a file
   * determine its format. Empty for a decoder whose files are only read when they are named.
   */
  default Set<String> endings() {
    return Set.of();
  }

  /** Creates a decoder. */
  AudioDecoder create();
}
