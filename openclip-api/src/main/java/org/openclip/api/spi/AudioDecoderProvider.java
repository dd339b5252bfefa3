package org.openclip.api.spi;

import org.openclip.api.audio.AudioDecoder;

/** A plugin that adds a decoder of sound files. */
public interface AudioDecoderProvider extends Provider {
  /** Creates a decoder. */
  AudioDecoder create();
}
