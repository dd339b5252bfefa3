package org.openclip.models.audio.mp3;

import java.util.Set;
import org.openclip.api.audio.AudioDecoder;
import org.openclip.api.spi.AudioDecoderProvider;

/** Provides the decoder of MP3 files. */
public final class Mp3DecoderProvider implements AudioDecoderProvider {
  /** Creates the provider. */
  public Mp3DecoderProvider() {}

  @Override
  public String name() {
    return "mp3";
  }

  @Override
  public Set<String> endings() {
    return Set.of("mp3");
  }

  @Override
  public AudioDecoder create() {
    return new Mp3Decoder();
  }
}
