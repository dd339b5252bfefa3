package org.openclip.models.audio.flac;

import java.util.Set;
import org.openclip.api.audio.AudioDecoder;
import org.openclip.api.spi.AudioDecoderProvider;

/** Provides the decoder of FLAC files. */
public final class FlacDecoderProvider implements AudioDecoderProvider {
  /** Creates the provider. */
  public FlacDecoderProvider() {}

  @Override
  public String name() {
    return "flac";
  }

  @Override
  public Set<String> endings() {
    return Set.of("flac");
  }

  @Override
  public AudioDecoder create() {
    return new FlacDecoder();
  }
}
