package org.openclip.models.timm;

import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.NeuralOp.Pool;
import org.openclip.api.graph.NeuralOp.Pooling;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * The first half of ViTamin (Chen et al. 2024, arXiv 2404.02132), {@code patch_embed.backbone}: a
 * stem, two stages of inverted bottlenecks that each halve the picture (MobileNetV2, Sandler et al.
 * 2018, arXiv 1801.04381), and a strided convolution. The second half is a vision transformer with
 * gated perceptrons.
 */
final class ViTaminStem implements PatchStem.Steps {
  private static final double EPSILON = 1e-6;

  /** The channels of both stages; the stem has those of the first. */
  private final int[] widths;

  /** The blocks of both stages. */
  private final int[] depths;

  /** Reads {@code conv_dims} and {@code conv_depths} of our table of sizes. */
  ViTaminStem(ConfigReader reader) {
    widths = TrunkOptions.stages(reader, "conv_dims");
    depths = TrunkOptions.stages(reader, "conv_depths", widths.length, 1);
  }

  @Override
  public int patches(int pixels) {
    int side = pixels;
    for (int halvings = 0; halvings < widths.length + 2; halvings++) {
      side = (side + 1) / 2;
    }
    return side;
  }

  @Override
  public Value encode(GraphBuilder patchEmbed, Value pixels, long width) {
    GraphBuilder g = patchEmbed.scope("backbone");
    GraphBuilder stem = g.scope("stem");
    Value x = convolution(stem, "conv1", pixels, widths[0], 3, 2, 1);
    x = g.gelu(Convolutions.layerNorm(stem, "norm1", x, EPSILON), GeluForm.ERF);
    x = convolution(stem, "conv2", x, widths[0], 3, 1, 1);
    for (int stage = 0; stage < widths.length; stage++) {
      for (int i = 0; i < depths[stage]; i++) {
        GraphBuilder scope = g.scope("stages." + stage + "." + i);
        x = block(scope, x, widths[stage], i == 0 ? 2 : 1);
      }
    }
    GraphBuilder last = g.scope("pool");
    Value normed = Convolutions.layerNorm(last, "norm", x, EPSILON);
    return convolution(last, "proj", normed, width, 3, 2, 1);
  }

  /** Widens each pixel fourfold, mixes neighbours channel by channel, and narrows again. */
  private static Value block(GraphBuilder g, Value x, int width, int stride) {
    int wide = 4 * width;
    Value branch = Convolutions.layerNorm(g, "pre_norm", x, EPSILON);
    branch = g.gelu(convolution(g, "conv1_1x1", branch, wide, 1, 1, 1), GeluForm.ERF);
    branch = g.gelu(convolution(g, "conv2_kxk", branch, wide, 3, stride, wide), GeluForm.ERF);
    branch = convolution(g, "conv3_1x1", branch, width, 1, 1, 1);
    return g.plus(branch, stride == 1 ? x : shortcut(g.scope("shortcut"), x, width));
  }

  private static Value shortcut(GraphBuilder g, Value x, int width) {
    Value halved = halved(g, x);
    return x.shape().size(1) == width ? halved : convolution(g, "expand", halved, width, 1, 1, 1);
  }

  /** Returns means of 3 x 3 pixels, over as many of them as are in the picture. */
  private static Value halved(GraphBuilder g, Value x) {
    Value means = g.add(new Pool(x, Pooling.MEAN, 3, 3, 2, 2, Pads.all(1)));
    int rows = Math.toIntExact(means.shape().size(2));
    int columns = Math.toIntExact(means.shape().size(3));
    float[] factors = new float[rows * columns];
    for (int i = 0; i < factors.length; i++) {
      long down = inside(i / columns, x.shape().size(2));
      factors[i] = 9f / (down * inside(i % columns, x.shape().size(3)));
    }
    return g.times(means, g.constant(Tensor.of(factors, 1, 1, rows, columns)));
  }

  /** Returns how many of the pixels from before to behind a window's centre there are. */
  private static long inside(int window, long size) {
    return Math.min(size, 2L * window + 2) - Math.max(0, 2L * window - 1);
  }

  private static Value convolution(
      GraphBuilder g, String name, Value x, long out, int kernel, int stride, int groups) {
    double fanOut = (double) kernel * kernel * out / groups;
    Initializer normal = new Initializer.Normal(Math.sqrt(2 / fanOut));
    return Convolutions.biased(g, name, x, out, kernel, stride, groups, normal);
  }
}
