package org.openclip.hub.model;

import java.util.Map;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Weights;

/**
 * A model whose weights are open, on no backend.
 *
 * @param architecture the towers on paper
 * @param preprocessing of its pictures
 * @param weights strictly those of the architecture
 * @param metadata the free text that the file of the weights carries
 */
public record ModelState(
    Architecture architecture,
    PreprocessConfig preprocessing,
    Weights weights,
    Map<String, String> metadata) {
  /** Copies the map. */
  public ModelState {
    metadata = Map.copyOf(metadata);
  }
}
