package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.image.ResizeFilter;
import org.openclip.api.tensor.Tensor;

/**
 * NaFlex: a vision transformer for pictures of any size and shape (Dehghani et al. 2023, NaViT,
 * arXiv 2307.06304; Beyer et al. 2022, FlexiViT, arXiv 2212.08013), as in SigLIP 2 (Tschannen et
 * al. 2025, arXiv 2502.14786). A picture is a list of patches, each with its row and column; a
 * batch is as long as its longest list, and attention does not see what fills up the others.
 */
final class NaFlexTrunk implements TimmTrunk {
  private final int height;
  private final int width;
  private final int patch;
  private final boolean positioned;
  private final NaFlexPositions positions;
  private final NaFlexBody body;
  private final int classes;

  /** Reads the options, in which the pixels of all pictures belong to a patch. */
  static NaFlexTrunk of(Request request, ConfigReader reader) {
    NaFlexTrunk trunk = new NaFlexTrunk(request, reader);
    if (request.height() % trunk.patch != 0 || request.width() % trunk.patch != 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, but must be a multiple of the patch size %s"
              .formatted(request.height(), request.width(), trunk.patch));
    }
    return trunk;
  }

  /** Reads the options. */
  NaFlexTrunk(Request request, ConfigReader reader) {
    height = request.height();
    width = request.width();
    patch = reader.positive("patch_size", 16);
    if (height < patch || width < patch) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, which is smaller than a patch of %s".formatted(height, width, patch));
    }
    positioned =
        reader.choice("pos_embed", "learned", List.of("learned", "none", "")).equals("learned");
    positions = table(reader);
    String own = reader.choice("global_pool", "map", TrunkOptions.POOLS);
    NaFlexOptions options = new NaFlexOptions(reader, "");
    body =
        options.body(
            TrunkOptions.pool(request, own),
            TrunkOptions.createdPool(request, own),
            TrunkOptions.dropPath(request, reader, 0));
    classes = request.classes();
    // Patches of other sizes are converted before they reach the trunk.
    reader.ignore("enable_patch_interpolator");
    reader.finish();
    if (request.patchDrop() > 0) {
      throw new InvalidConfigException(
          "vision_cfg.patch_dropout", "is not supported for NaFlex towers; set it to 0");
    }
  }

  private static NaFlexPositions table(ConfigReader reader) {
    double[] grid = reader.numbers("pos_embed_grid_size");
    ResizeFilter filter = TrunkOptions.interpolation(reader);
    if (grid == null) {
      return new NaFlexPositions(16, 16, filter);
    }
    if (grid.length != 2 || grid[0] < 1 || grid[1] < 1) {
      throw new InvalidConfigException(
          reader.at("pos_embed_grid_size"), "must be [rows, columns], each at least 1");
    }
    return new NaFlexPositions((int) grid[0], (int) grid[1], filter);
  }

  /** Returns the side of a patch, in pixels. */
  int patchSize() {
    return patch;
  }

  /** Returns the rows and columns of the table of positions. */
  List<Integer> grid() {
    return List.of(positions.rows(), positions.columns());
  }

  /** Returns the filter that resamples positions and patches. */
  ResizeFilter filter() {
    return positions.filter();
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.transformerGroups("embeds.*", body.blocks().depth());
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    int rows = height / patch;
    int columns = width / patch;
    Dim batch = pixels.shape().dim(0);
    Dim side = Dim.of(patch);
    Value whole = g.slice(pixels, 2, 0, (long) rows * patch);
    whole = g.slice(whole, 3, 0, (long) columns * patch);
    Value cut = g.reshape(whole, batch, Dim.of(3), Dim.of(rows), side, Dim.of(columns), side);
    Value lists = g.transpose(cut, 0, 2, 4, 3, 5, 1);
    Dim number = Dim.of((long) rows * columns);
    Value patches = g.reshape(lists, batch, number, Dim.of(3L * patch * patch));
    GraphBuilder embeds = g.scope("embeds");
    Value x = project(embeds, patches);
    if (positioned) {
      x = g.plus(x, positions.fixed(g, table(embeds), rows, columns));
    }
    return classified(g, body.encode(g, x, places(g, rows, columns), null));
  }

  private static Value places(GraphBuilder g, int rows, int columns) {
    long[] places = new long[2 * rows * columns];
    for (int i = 0; i < rows * columns; i++) {
      places[2 * i] = i / columns;
      places[2 * i + 1] = i % columns;
    }
    return g.constant(Tensor.of(places, 1, (long) rows * columns, 2));
  }

  /**
   * Writes the trunk for pictures that each have a grid of their own.
   *
   * @param g a builder in the trunk's scope
   * @param patches {@code float[batch, length, patch * patch * 3]}: rows, columns, channels,
   *     normalised; zeros behind a picture's last
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch; zeros behind
   *     a picture's last
   * @param valid {@code bool[batch, length]}: whether there is a patch
   */
  Value encode(GraphBuilder g, Value patches, Value coordinates, Value valid) {
    GraphBuilder embeds = g.scope("embeds");
    Value x = project(embeds, patches);
    if (positioned) {
      x = g.plus(x, positions.varying(g, table(embeds), coordinates));
    }
    return classified(g, body.encode(g, x, coordinates, valid));
  }

  private Value project(GraphBuilder embeds, Value patches) {
    return TransformerBlocks.linear(
        embeds, "proj", patches, body.blocks().width(), !body.normBefore());
  }

  private Value table(GraphBuilder embeds) {
    return embeds.parameter(
        "pos_embed",
        new Initializer.Normal(0.02),
        1,
        positions.rows(),
        positions.columns(),
        body.blocks().width());
  }

  private Value classified(GraphBuilder g, Value features) {
    return classes == 0 ? features : TransformerBlocks.linear(g, "head", features, classes, true);
  }
}
