package org.openclip.api.encoder;

import java.util.Optional;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.SpectrogramMasks;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** An audio tower that takes spectrograms of one length. Immutable. */
public non-sealed interface SpectrogramEncoder extends AudioEncoder {
  /** Returns what makes the tower's input of sound. */
  AudioPreprocessor preprocessor();

  @Override
  default int sampleRate() {
    return preprocessor().sampleRate();
  }

  @Override
  default int samples() {
    return preprocessor().samples();
  }

  /**
   * Writes the graph of the tower. The parameters have the names of the reference's tower, under
   * the builder's scope.
   *
   * @param graph a builder in the tower's scope, {@code audio}
   * @param spectrogram {@code float[batch, bands, frames]}, as the preprocessor makes it
   */
  Encoded encode(GraphBuilder graph, Value spectrogram);

  /** Returns the masks that training lays over spectrograms; empty for none. */
  default Optional<SpectrogramMasks> masks() {
    return Optional.empty();
  }

  /**
   * Writes the graph of the tower in training; by default that of {@link #encode}. Of a tower that
   * encodes {@linkplain #longer longer sounds} in another way, the encoder of these is trained.
   *
   * @param graph a builder in the tower's scope, {@code audio}
   * @param batch what the tower is fed
   */
  default Encoded encodeInTraining(GraphBuilder graph, SpectrogramBatch batch) {
    return encode(graph, batch.levels());
  }

  /**
   * Returns the tower as it encodes sounds that are longer than a clip; empty when it encodes all
   * sounds alike. It has the parameters of this one and may have others.
   */
  default Optional<SpectrogramEncoder> longer() {
    return Optional.empty();
  }
}
