package org.openclip.hub.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.generative.GenerativeBuilder;

/**
 * What kind of model the options of a command name.
 *
 * @param clap whether it is one of sounds and texts
 * @param generative a builder of a generative model; null when it is none
 * @param files what it encodes
 */
record ModelKind(boolean clap, @Nullable GenerativeBuilder generative, FileKind files) {
  /**
   * Finds out, without reading any weights.
   *
   * @param sound a builder of the model, as one of sounds
   * @param generative a builder of the model, as a generative one
   */
  static ModelKind of(ClapBuilder sound, GenerativeBuilder generative) {
    if (sound.ofSound()) {
      return new ModelKind(true, null, FileKind.SOUND);
    }
    Optional<GenerativeArchitecture> found = generative.find();
    boolean sounds =
        found
            .filter(model -> model.encoder().prefix() instanceof GenerativeEncoder.Sounds)
            .isPresent();
    return new ModelKind(
        false, found.isPresent() ? generative : null, sounds ? FileKind.SOUND : FileKind.IMAGE);
  }
}
