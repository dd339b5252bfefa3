package org.openclip.api.encoder;

import java.util.List;
import java.util.Optional;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** An audio tower, which writes its graph and computes nothing itself. Immutable. */
public interface AudioEncoder {
  /** Returns what makes the tower's input of sound. */
  AudioPreprocessor preprocessor();

  /**
   * Writes the graph of the tower. The parameters have the names of the reference's tower, under
   * the builder's scope.
   *
   * @param graph a builder in the tower's scope, {@code audio}
   * @param spectrogram {@code float[batch, bands, frames]}, as the preprocessor makes it
   */
  Encoded encode(GraphBuilder graph, Value spectrogram);

  /**
   * Returns whether an entry of the reference's checkpoints is one that no feature depends on. Such
   * entries are not read.
   *
   * @param name the entry's name without the tower's scope
   */
  default boolean idle(String name) {
    return false;
  }

  /**
   * Returns the tower's parameters in groups, from the input to the output. By default the tower is
   * one group.
   */
  default List<LayerGroup> layerGroups() {
    return List.of(LayerGroup.of("tower", ".*"));
  }

  /**
   * Returns the tower as it encodes sounds that are longer than a clip; empty when it encodes all
   * sounds alike. It has the parameters of this one and may have others.
   */
  default Optional<AudioEncoder> longer() {
    return Optional.empty();
  }
}
