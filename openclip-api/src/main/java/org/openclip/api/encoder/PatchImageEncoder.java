package org.openclip.api.encoder;

import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.image.PatchResampling;
import org.openclip.api.image.ResizeFilter;

/**
 * An image tower that also takes images of any size and shape, each as a list of patches (Dehghani
 * et al. 2023, NaViT, arXiv 2307.06304). Immutable.
 */
public interface PatchImageEncoder extends ImageEncoder {
  /** Returns the side length of a patch, in pixels. */
  int patchSize();

  /** Returns the largest number of patches of an image. */
  int maxPatches();

  /**
   * Returns the largest number of patches of an image of this size; by default that of all images.
   *
   * @param height the image's height before it is resized, in pixels
   * @param width the image's width before it is resized, in pixels
   */
  default int maxPatches(int height, int width) {
    return maxPatches();
  }

  /**
   * Returns what converts patches of another size to this tower's, as resampled patch embeddings
   * would see them.
   *
   * @param pixels the side length of the other patches, in pixels
   */
  default PatchResampling resampling(int pixels) {
    return new PatchResampling(pixels, patchSize(), ResizeFilter.BICUBIC);
  }

  /**
   * Writes the graph of the tower for lists of patches, with the same parameters as {@link
   * #encode}. After the last patch of an image, all three inputs are zero.
   *
   * @param graph a builder in the tower's scope, such as {@code visual}
   * @param patches {@code float[batch, length, patchSize * patchSize * 3]}: rows, columns,
   *     channels, normalised
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch
   */
  Encoded encodePatches(GraphBuilder graph, Value patches, Value coordinates, Value valid);
}
