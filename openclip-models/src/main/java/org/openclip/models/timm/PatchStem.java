package org.openclip.models.timm;

import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * Pictures cut into patches, {@code patch_embed}: by one convolution, or by MobileCLIP's stem of
 * three (Vasu et al. 2023, arXiv 2311.17049).
 *
 * @param gridHeight rows of patches
 * @param gridWidth columns of patches
 * @param patch the side of a patch, in pixels
 * @param width the width of a patch's vector
 * @param bias whether the one convolution has a bias
 * @param convolutional whether the stem is MobileCLIP's
 */
record PatchStem(
    int gridHeight, int gridWidth, int patch, int width, boolean bias, boolean convolutional) {
  /** Reads {@code patch_size} and, in our table of sizes, {@code stem}. */
  static PatchStem of(ConfigReader reader, int height, int width, int channels, boolean bias) {
    boolean convolutional = reader.string("stem", "").equals("mci");
    int patch = TrunkOptions.positive(reader, "patch_size", 16);
    if (height < patch || width < patch) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %d x %d, but must be at least one patch of %d x %d"
              .formatted(height, width, patch, patch));
    }
    return new PatchStem(height / patch, width / patch, patch, channels, bias, convolutional);
  }

  /** Returns the number of patches of a picture. */
  int patches() {
    return gridHeight * gridWidth;
  }

  /**
   * Returns the patches of {@code [batch, 3, height, width]} as {@code [batch, patches, width]}.
   */
  Value encode(GraphBuilder g, Value pixels) {
    Value grid = convolutional ? threeSteps(g.scope("backbone"), pixels) : oneStep(g, pixels);
    Value rows = g.reshape(grid, pixels.shape().dim(0), Dim.of(width), Dim.of(patches()));
    return g.transpose(rows, 0, 2, 1);
  }

  private Value oneStep(GraphBuilder g, Value pixels) {
    return Layers.convolution(g, "proj", pixels, width, patch, patch, 0, 1, bias);
  }

  private Value threeSteps(GraphBuilder g, Value pixels) {
    long narrow = width / 4;
    Value x = normed(g.scope("0"), pixels, narrow, 4);
    x = normed(g.scope("1"), x, narrow, 2);
    return Layers.convolution(g.scope("2"), "conv", x, width, 2, 2, 0, 1, true);
  }

  private static Value normed(GraphBuilder g, Value x, long out, int stride) {
    Value convolved = Layers.convolution(g, "conv", x, out, stride, stride, 0, 1, false);
    return g.gelu(Layers.batchNorm(g, "bn", convolved, 1e-5), GeluForm.ERF);
  }
}
