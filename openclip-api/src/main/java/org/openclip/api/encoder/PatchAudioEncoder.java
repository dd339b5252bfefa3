package org.openclip.api.encoder;

import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * An audio tower that takes sounds of any length, each as a list of patches of its spectrogram (the
 * reference's NaFlexCLAP). Immutable.
 */
public non-sealed interface PatchAudioEncoder extends AudioEncoder {
  /** Returns what cuts sounds into the tower's patches. */
  AudioPatcher patcher();

  @Override
  default int sampleRate() {
    return patcher().sampleRate();
  }

  @Override
  default int samples() {
    return patcher().samples();
  }

  /**
   * Writes the graph of the tower. The parameters have the names of the reference's tower, under
   * the builder's scope. After the last patch of a sound, all three inputs are zero.
   *
   * @param graph a builder in the tower's scope, {@code audio}
   * @param patches {@code float[batch, length, numbers]}, as the patcher cuts them
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch
   */
  Encoded encodePatches(GraphBuilder graph, Value patches, Value coordinates, Value valid);
}
