package org.openclip.api.encoder;

import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * A tower that also takes pictures of any size and shape, each as a list of patches (Dehghani et
 * al. 2023, NaViT, arXiv 2307.06304). Immutable.
 */
public interface PatchImageEncoder extends ImageEncoder {
  /** Returns the side of a patch, in pixels. */
  int patchSize();

  /** Returns the largest number of patches of a picture that the model was made for. */
  int maxPatches();

  /**
   * Writes the tower for lists of patches, with the parameters that {@link #encode} has. Behind a
   * picture's last patch all three are zero.
   *
   * @param graph a builder in the tower's scope, such as {@code visual}
   * @param patches {@code float[batch, length, patchSize * patchSize * 3]}: rows, columns,
   *     channels, normalised
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch
   */
  Encoded encodePatches(GraphBuilder graph, Value patches, Value coordinates, Value valid);
}
