package org.openclip.api.graph;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;

/**
 * The graph of an image tower whose outputs are about single patches. It is derived from the graph
 * of the pooled features, with the same inputs and parameters: what follows the pooling is computed
 * for each patch, as if that patch were the pooled vector. So every tower has one whose pooling is
 * a mean, a maximum, a class token, or attention.
 *
 * @param graph with the outputs {@link #TOKENS}, {@link #FEATURES} and, with attention, {@link
 *     #ATTENTION}; patches are in the order of rows, then columns
 * @param grid of the patches; null for a tower over lists of patches, whose pictures each have one
 */
public record DenseGraph(Graph graph, @Nullable DenseGrid grid) {
  /**
   * The name of the first output, {@code float[batch, patches, width]}: the sequence that is
   * pooled, without class tokens and registers; for an attention pool, what it takes keys and
   * values from.
   */
  public static final String TOKENS = "patch_tokens";

  /** The name of the second output, {@code float[batch, patches, embedDim]}. */
  public static final String FEATURES = "patch_features";

  /**
   * The name of the third output, {@code float[batch, heads, patches]}: the weights with which the
   * last attention mixes the patches into the pooled vector. They sum up to 1 together with those
   * of class tokens and registers. A tower without such attention has no such output.
   */
  public static final String ATTENTION = "patch_attention";

  /**
   * Derives the graph.
   *
   * @param image the graph of an image tower
   * @param features the name of its output {@code [batch, embedDim]}
   * @throws InvalidConfigException when the tower has no features of single patches; the message
   *     says why
   */
  public static DenseGraph of(Graph image, String features, DenseForm form) {
    try {
      Value pooled = Objects.requireNonNull(image.outputs().get(features));
      return new DenseDerivation(image, pooled).derive(form);
    } catch (NotDenseException e) {
      throw new InvalidConfigException(
          "vision_cfg", "its tower has no features of single patches: " + e.getMessage());
    }
  }
}
