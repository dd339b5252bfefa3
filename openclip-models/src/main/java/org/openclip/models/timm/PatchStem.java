package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * Pictures cut into patches, {@code patch_embed}.
 *
 * @param gridHeight rows of patches
 * @param gridWidth columns of patches
 * @param width the width of a patch's vector
 * @param steps how pixels become patches
 */
record PatchStem(int gridHeight, int gridWidth, int width, Steps steps) {
  /** How pixels become patches. */
  interface Steps {
    /** Returns how many patches there are along a side of so many pixels. */
    int patches(int pixels);

    /**
     * Writes the steps.
     *
     * @param g a builder in the scope {@code patch_embed}
     * @param pixels {@code [batch, 3, height, width]}
     * @param width the width of a patch's vector
     * @return {@code [batch, width, rows, columns]}
     */
    Value encode(GraphBuilder g, Value pixels, long width);
  }

  /** Reads {@code patch_size} and, in our tables of sizes, {@code stem}. */
  static PatchStem of(ConfigReader reader, int height, int width, int channels, boolean bias) {
    int patch = reader.positive("patch_size", 16);
    Steps steps =
        switch (reader.choice("stem", "", List.of("", "mci", "vitamin"))) {
          case "mci" -> new ThreeSteps();
          case "vitamin" -> new ViTaminStem(reader);
          default -> new OneStep(patch, bias);
        };
    PatchStem stem = new PatchStem(steps.patches(height), steps.patches(width), channels, steps);
    if (stem.patches() == 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, which is smaller than a patch".formatted(height, width));
    }
    return stem;
  }

  /** Returns the number of patches of a picture. */
  int patches() {
    return gridHeight * gridWidth;
  }

  /**
   * Returns the patches of {@code [batch, 3, height, width]} as {@code [batch, patches, width]}.
   */
  Value encode(GraphBuilder g, Value pixels) {
    Value grid = steps.encode(g, pixels, width);
    Value rows = g.reshape(grid, pixels.shape().dim(0), Dim.of(width), Dim.of(patches()));
    return g.transpose(rows, 0, 2, 1);
  }

  /**
   * One convolution.
   *
   * @param patch the side of a patch, in pixels
   * @param bias whether it has a bias
   */
  private record OneStep(int patch, boolean bias) implements Steps {
    @Override
    public int patches(int pixels) {
      return pixels / patch;
    }

    @Override
    public Value encode(GraphBuilder g, Value pixels, long width) {
      return Layers.convolution(g, "proj", pixels, width, patch, patch, 0, 1, bias);
    }
  }

  /** MobileCLIP's three convolutions (Vasu et al. 2023, arXiv 2311.17049). */
  private record ThreeSteps() implements Steps {
    @Override
    public int patches(int pixels) {
      return pixels / 4 / 2 / 2;
    }

    @Override
    public Value encode(GraphBuilder g, Value pixels, long width) {
      GraphBuilder backbone = g.scope("backbone");
      Value x = normed(backbone.scope("0"), pixels, width / 4, 4);
      x = normed(backbone.scope("1"), x, width / 4, 2);
      return Layers.convolution(backbone.scope("2"), "conv", x, width, 2, 2, 0, 1, true);
    }

    private static Value normed(GraphBuilder g, Value x, long out, int side) {
      Value convolved = Layers.convolution(g, "conv", x, out, side, side, 0, 1, false);
      Value normed = Layers.batchNorm(g, "bn", convolved, Convolutions.BATCH_NORM_EPSILON);
      return g.gelu(normed, GeluForm.ERF);
    }
  }
}
