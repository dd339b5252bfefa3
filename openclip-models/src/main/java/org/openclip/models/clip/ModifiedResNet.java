package org.openclip.models.clip;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.NeuralOp.Pool;
import org.openclip.api.graph.NeuralOp.Pooling;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/**
 * CLIP's ResNet (Radford et al. 2021, arXiv 2103.00020; He et al. 2015, arXiv 1512.03385): a stem
 * of three convolutions, bottlenecks that are made smaller by means rather than by strides (Zhang
 * 2019, arXiv 1904.11486), and a pooling by attention.
 */
final class ModifiedResNet implements ImageEncoder {
  private static final double EPSILON = 1e-5;
  private static final int EXPANSION = 4;

  /** Halvings by the stages after the stem, which quarters the picture. */
  private static final int HALVINGS = 3;

  private final int height;
  private final int width;
  private final int[] depths;
  private final int channels;
  private final int heads;
  private final int embedDim;

  ModifiedResNet(EncoderContext context) {
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    reader.ignore("encoder", "image_seq_len");
    // The reference's towers of other kinds read these.
    reader.ignore("patch_size", "mlp_ratio", "ls_init_value", "patch_dropout", "output_tokens");
    reader.ignore(
        "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias");
    reader.ignore("timm_drop", "timm_drop_path", "timm_model_kwargs");
    int[] size = Sides.of(reader, "image_size", 224);
    height = size[0];
    width = size[1];
    depths = depths(reader);
    channels = reader.integer("width", 64);
    int headWidth = reader.integer("head_width", 64);
    BlockConfig.positive(reader, "width", channels);
    BlockConfig.positive(reader, "head_width", headWidth);
    embedDim = context.embedDim();
    reader.finish();
    if (channels % 2 != 0 || features() % headWidth != 0) {
      throw new InvalidConfigException(
          reader.at("width"),
          "is %s, but must be even, and 32 times it a multiple of head_width %s"
              .formatted(channels, headWidth));
    }
    heads = features() / headWidth;
    if (side(height) < 1 || side(width) < 1) {
      throw new InvalidConfigException(
          reader.at("image_size"),
          "is %s x %s, but each side must be at least 31".formatted(height, width));
    }
  }

  private static int[] depths(ConfigReader reader) {
    double[] depths = reader.numbers("layers");
    if (depths == null || depths.length != HALVINGS + 1) {
      throw new InvalidConfigException(
          reader.at("layers"), "must list the number of blocks of each of 4 stages");
    }
    int[] counts = new int[depths.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) depths[i];
      if (counts[i] < 1 || counts[i] != depths[i]) {
        throw new InvalidConfigException(
            reader.at("layers"), "has " + depths[i] + ", but each must be an integer from 1");
      }
    }
    return counts;
  }

  /** Returns the width of the last stage. */
  private int features() {
    return (channels * EXPANSION) << HALVINGS;
  }

  /** Returns what the last stage leaves of a side. */
  private static int side(int pixels) {
    return ((pixels + 1) / 4) >> HALVINGS;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value pixels) {
    Value x = relu(g, normed(g, 1, pixels, channels / 2, 3, 2));
    x = relu(g, normed(g, 2, x, channels / 2, 3, 1));
    x = relu(g, normed(g, 3, x, channels, 3, 1));
    x = halved(g, x);
    for (int stage = 0; stage < depths.length; stage++) {
      for (int i = 0; i < depths[stage]; i++) {
        GraphBuilder scope = g.scope("layer%s.%s".formatted(stage + 1, i));
        x = bottleneck(scope, x, (long) channels << stage, stage > 0 && i == 0);
      }
    }
    return new Encoded(attentionPool(g.scope("attnpool"), x), null);
  }

  private static Value bottleneck(GraphBuilder g, Value x, long narrow, boolean halve) {
    long wide = narrow * EXPANSION;
    Value branch = relu(g, normed(g, 1, x, narrow, 1, 1));
    branch = relu(g, normed(g, 2, branch, narrow, 3, 1));
    branch = halve ? halved(g, branch) : branch;
    Value convolved = Layers.convolution(g, "conv3", branch, wide, 1, 1, 0, 1, false);
    // So that a block starts as its shortcut.
    branch = Layers.batchNorm(g, "bn3", convolved, EPSILON, Initializer.ZEROS);
    Value shortcut = x;
    if (halve || x.shape().size(1) != wide) {
      GraphBuilder down = g.scope("downsample");
      Value smaller = halve ? halved(g, x) : x;
      Value widened = Layers.convolution(down, "0", smaller, wide, 1, 1, 0, 1, false);
      shortcut = Layers.batchNorm(down, "1", widened, EPSILON);
    }
    return relu(g, g.plus(branch, shortcut));
  }

  /** A convolution {@code convN} and a batch norm {@code bnN}. */
  private static Value normed(
      GraphBuilder g, int number, Value x, long out, int kernel, int stride) {
    Value convolved =
        Layers.convolution(g, "conv" + number, x, out, kernel, stride, kernel / 2, 1, false);
    return Layers.batchNorm(g, "bn" + number, convolved, EPSILON);
  }

  private static Value relu(GraphBuilder g, Value x) {
    return g.unary(x, UnaryFunction.RELU);
  }

  private static Value halved(GraphBuilder g, Value x) {
    return g.add(new Pool(x, Pooling.MEAN, 2, 2, 2, 2, Pads.NONE));
  }

  /** Attends from the mean of all pixels to each of them, {@code [batch, embedDim]}. */
  private Value attentionPool(GraphBuilder g, Value grid) {
    long width = features();
    Dim pixels = Dim.of(grid.shape().size(2) * grid.shape().size(3));
    Value list = g.transpose(g.reshape(grid, Dim.BATCH, Dim.of(width), pixels), 0, 2, 1);
    Value x = g.concat(1, g.reduce(list, Reduction.MEAN, true, 1), list);
    Initializer normal = new Initializer.Normal(Math.pow((double) width, -0.5));
    x = g.plus(x, g.parameter("positional_embedding", normal, pixels.size() + 1, width));
    Value attended =
        g.attention(
            Layers.linear(g, "q_proj", x, width, true, normal),
            Layers.linear(g, "k_proj", x, width, true, normal),
            Layers.linear(g, "v_proj", x, width, true, normal),
            null,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    Value projected = Layers.linear(g, "c_proj", attended, embedDim, true, normal);
    return g.select(projected, 1, Dim.of(0));
  }

  @Override
  public List<LayerGroup> layerGroups() {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, "(conv|bn)[123]\\..*"));
    for (int stage = 0; stage < depths.length; stage++) {
      groups.add(LayerGroup.of("layer." + stage, "layer" + (stage + 1) + "\\..*"));
    }
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "attnpool\\..*"));
    return groups;
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return PositionalEmbeddings.fitGrid(
        weights, prefix + "attnpool.positional_embedding", 1, side(height), side(width));
  }
}
