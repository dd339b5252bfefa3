package org.openclip.api.encoder;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Value;

/**
 * What an audio tower of spectrograms is fed in training.
 *
 * @param levels {@code float[batch, bands, frames]}, as the preprocessor makes it
 * @param kept {@code float[batch, bands, frames]} of one spectrogram: 1 for what remains, and 0 for
 *     what is masked; null for a tower without {@link SpectrogramEncoder#masks}
 * @param longer which sounds are longer than a clip; null for a tower that encodes all alike
 */
public record SpectrogramBatch(Value levels, @Nullable Value kept, @Nullable Longer longer) {
  /**
   * The sounds of a batch that are longer than a clip.
   *
   * @param rows {@code int64[longer]}: their rows in the batch, at least one
   * @param there {@code bool[batch]}: whether a sound is one of them
   * @param places {@code int64[batch]}: where a longer sound is in {@code rows}; 0 for others
   */
  public record Longer(Value rows, Value there, Value places) {}
}
