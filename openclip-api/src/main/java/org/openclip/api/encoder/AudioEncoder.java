package org.openclip.api.encoder;

import java.util.List;

/**
 * An audio tower, which writes its graph and computes nothing itself: a {@link SpectrogramEncoder}
 * or a {@link PatchAudioEncoder}. Immutable.
 */
public sealed interface AudioEncoder permits SpectrogramEncoder, PatchAudioEncoder {
  /** Returns the number of samples of a second that the tower was trained on. */
  int sampleRate();

  /** Returns the number of samples of a clip: of what the tower reads of one sound. */
  int samples();

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
}
