package org.openclip.train.plan;

import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Narrowing;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;

/**
 * The graph of an image tower in training over patches of images of any shape (NaFlex). It is fed
 * {@link Architecture#PATCHES}, {@link Architecture#PATCH_COORDINATES} and {@link
 * Architecture#PATCH_VALID}.
 */
final class PatchTower {
  /** The number of patches of a batch; a symbol of its own, since texts have another length. */
  private static final Dim LENGTH = Dim.symbol("patches");

  private PatchTower() {}

  /**
   * Writes the graph.
   *
   * @throws InvalidInputException when the tower takes images of one shape only
   */
  static Graph of(ImageEncoder tower) {
    if (!(tower instanceof PatchImageEncoder encoder)) {
      throw new InvalidInputException(
          "the image tower takes images of one shape only; NaFlex training needs a NaFlex tower");
    }
    GraphBuilder graph = new GraphBuilder("image");
    Dim numbers = Dim.of(3L * encoder.patchSize() * encoder.patchSize());
    Value patches = graph.input(Architecture.PATCHES, DataType.FLOAT32, Dim.BATCH, LENGTH, numbers);
    Value places =
        graph.input(Architecture.PATCH_COORDINATES, DataType.INT64, Dim.BATCH, LENGTH, Dim.of(2));
    Value valid = graph.input(Architecture.PATCH_VALID, DataType.BOOL, Dim.BATCH, LENGTH);
    Value features =
        encoder.encodePatches(graph.scope("visual"), patches, places, valid).features();
    graph.output(LossProvider.IMAGE_FEATURES, graph.l2Normalize(features));
    return Narrowing.of(graph.build());
  }
}
