package org.openclip.models.audio;

import java.util.Set;
import org.openclip.api.audio.AudioDecoder;
import org.openclip.api.spi.AudioDecoderProvider;

/** Provides the decoder of Java's sound library. */
public final class SoundFileDecoderProvider implements AudioDecoderProvider {
  /** Creates the provider. */
  public SoundFileDecoderProvider() {}

  @Override
  public String name() {
    return "javax-sound";
  }

  /** Comes after the decoders that know their formats. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Set<String> endings() {
    return Set.of("wav", "wave", "aif", "aiff", "aifc", "au", "snd");
  }

  @Override
  public AudioDecoder create() {
    return new SoundFileDecoder();
  }
}
