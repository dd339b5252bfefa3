package org.openclip.models.timm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * FastViT (Vasu et al. 2023, arXiv 2303.14189), whose MCi sizes are the image towers of MobileCLIP
 * (Vasu et al. 2023, arXiv 2311.17049) and MobileCLIP 2 (Faghri et al. 2025, arXiv 2508.20691):
 * stages of residual blocks that mix pixels by small convolutions, the last stages by attention.
 */
final class FastVitTrunk implements TimmTrunk {
  private static final int HEAD_WIDTH = 32;
  private static final Initializer NORMAL = new Initializer.Normal(0.02);

  private final List<Stage> stages;
  private final int mixerKernel;
  private final int downKernel;
  private final int downStride;
  private final boolean downActivation;
  private final boolean stemScale;
  private final boolean batchNorm;
  private final double layerScale;
  private final double[][] drops;
  private final int features;
  private final double headDrop;
  private final GridPool pool;
  private final int classes;
  private final int poolSide;

  /**
   * What sets a stage apart.
   *
   * @param width the number of channels
   * @param depth the number of blocks
   * @param hidden the width inside a block's perceptron
   * @param attention whether pixels are mixed by attention
   * @param down whether the stage begins with a smaller picture
   * @param squeeze whether channels are weighed there
   * @param positions whether a convolution then tells the pixels where they are (Chu et al. 2021,
   *     arXiv 2102.10882)
   */
  private record Stage(
      int width,
      int depth,
      int hidden,
      boolean attention,
      boolean down,
      boolean squeeze,
      boolean positions) {}

  FastVitTrunk(Request request, ConfigReader reader) {
    int[] depths = TrunkOptions.stages(reader, "layers");
    stages = stages(reader, depths);
    mixerKernel = reader.positive("repmixer_kernel_size", 3);
    downKernel = reader.positive("down_patch_size", 7);
    downStride = reader.positive("down_stride", 2);
    downActivation = reader.bool("lkc_use_act", false);
    stemScale = reader.bool("stem_use_scale_branch", true);
    List<String> norms = List.of("batchnorm2d", "layernorm2d");
    batchNorm = reader.choice("norm_layer", "batchnorm2d", norms).equals("batchnorm2d");
    layerScale = reader.number("layer_scale_init_value", 1e-5);
    drops = TrunkOptions.dropPaths(TrunkOptions.dropPath(request, reader, 0), depths);
    features = (int) (stages.getLast().width() * reader.number("cls_ratio", 2));
    headDrop = TrunkOptions.rate(reader, "drop_rate", 0);
    pool = GridPool.of(request);
    classes = request.classes();
    poolSide = reader.integer("pool_size", 8);
    reader.finish();
    TrunkOptions.noPatchDrop(request);
    if (features < 1 || features % stages.getLast().width() != 0) {
      throw new InvalidConfigException(
          reader.at("cls_ratio"),
          "outputs %s features, but must output a multiple of the last width".formatted(features));
    }
  }

  private static List<Stage> stages(ConfigReader reader, int[] depths) {
    int count = depths.length;
    int[] widths = TrunkOptions.stages(reader, "embed_dims", count, 0);
    double[] ratios = reader.numbers("mlp_ratios");
    List<String> mixers = list(reader, "token_mixers", String.class, count);
    List<Boolean> downs = list(reader, "downsamples", Boolean.class, count);
    List<Boolean> squeezes = list(reader, "se_downsamples", Boolean.class, count);
    List<Boolean> positions = list(reader, "pos_embs", Boolean.class, count);
    if (ratios == null || ratios.length != count) {
      throw new InvalidConfigException(
          reader.at("mlp_ratios"), "must list a number for each of %s stages".formatted(count));
    }
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean attention = mixers.get(i).equals("attention");
      if (!attention && !mixers.get(i).equals("repmixer")) {
        throw new InvalidConfigException(
            reader.at("token_mixers"), "'" + mixers.get(i) + "' is not one of repmixer, attention");
      }
      if (attention && widths[i] % HEAD_WIDTH != 0) {
        throw new InvalidConfigException(
            reader.at("embed_dims"),
            "is %s in stage %s, which is not a multiple of the head width %s"
                .formatted(widths[i], i, HEAD_WIDTH));
      }
      stages.add(
          new Stage(
              widths[i],
              depths[i],
              (int) (widths[i] * ratios[i]),
              attention,
              downs.get(i) || (i > 0 && widths[i] != widths[i - 1]),
              squeezes.get(i),
              positions.get(i)));
    }
    return List.copyOf(stages);
  }

  private static <T> List<T> list(ConfigReader reader, String key, Class<T> type, int count) {
    if (reader.value(key) instanceof List<?> list
        && list.size() == count
        && list.stream().allMatch(type::isInstance)) {
      return list.stream().<T>map(type::cast).toList();
    }
    throw new InvalidConfigException(
        reader.at(key),
        "is %s, but must list a %s for each of %s stages"
            .formatted(reader.value(key), type.getSimpleName().toLowerCase(Locale.ROOT), count));
  }

  @Override
  public int poolSide() {
    return poolSide;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.stageGroups(
        "stem", "stages", stages.stream().mapToInt(Stage::depth).toArray());
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    int first = stages.getFirst().width();
    Value x = gelu(g, branches(g.scope("stem.0"), pixels, first, 3, 2, 1, stemScale));
    x = gelu(g, branches(g.scope("stem.1"), x, first, 3, 2, first, stemScale));
    x = gelu(g, branches(g.scope("stem.2"), x, first, 1, 1, 1, stemScale));
    for (int i = 0; i < stages.size(); i++) {
      x = stage(g.scope("stages." + i), stages.get(i), x, drops[i]);
    }
    GraphBuilder last = g.scope("final_conv");
    int groups = stages.getLast().width();
    x = branches(last, x, features, 3, 1, groups, true);
    x = gelu(g, Convolutions.squeezeExcite(last.scope("se"), x, Math.round(features / 16.0)));
    x = g.dropout(pool.encode(g, x, 2), headDrop);
    return classes == 0 ? x : TransformerBlocks.linear(g, "head.fc", x, classes, true);
  }

  private static Value gelu(GraphBuilder g, Value x) {
    return g.gelu(x, GeluForm.ERF);
  }

  private Value stage(GraphBuilder g, Stage stage, Value input, double[] drops) {
    Value x = stage.down() ? down(g.scope("downsample.proj"), stage, input) : input;
    int width = stage.width();
    if (stage.positions()) {
      x = g.plus(Layers.convolution(g, "pos_emb.pos_enc", x, width, 7, 1, 3, width, true), x);
    }
    for (int i = 0; i < stage.depth(); i++) {
      GraphBuilder block = g.scope("blocks." + i);
      x =
          stage.attention()
              ? attentionBlock(block, stage, x, drops[i])
              : mixerBlock(block, stage, x, drops[i]);
    }
    return x;
  }

  /** Halves the picture by a large and a small depthwise convolution side by side. */
  private Value down(GraphBuilder g, Stage stage, Value x) {
    int width = stage.width();
    int groups = Math.toIntExact(x.shape().size(1));
    GraphBuilder wide = g.scope("0");
    Value large =
        Convolutions.normed(wide.scope("large_conv"), x, width, downKernel, downStride, groups);
    Value small = Convolutions.normed(wide.scope("small_conv"), x, width, 3, downStride, groups);
    Value sum = g.plus(large, small);
    if (stage.squeeze()) {
      long hidden = Math.max(8, (width / 4 + 4) / 8 * 8);
      sum = Convolutions.squeezeExcite(wide.scope("se"), sum, hidden);
    }
    sum = downActivation ? gelu(g, sum) : sum;
    return gelu(g, branches(g.scope("1"), sum, width, 1, 1, 1, true));
  }

  /**
   * Writes a convolution as the sum of its branches at training: itself, one of a single pixel, and
   * the input, each with a batch norm (MobileOne, Vasu et al. 2022, arXiv 2206.04040).
   *
   * @param scale whether there is a branch of a single pixel beside a larger one
   */
  private static Value branches(
      GraphBuilder g, Value x, long out, int kernel, int stride, int groups, boolean scale) {
    Value sum = Convolutions.normed(g.scope("conv_kxk.0"), x, out, kernel, stride, groups);
    if (scale && kernel > 1) {
      sum = g.plus(Convolutions.normed(g.scope("conv_scale"), x, out, 1, stride, groups), sum);
    }
    boolean same = x.shape().size(1) == out && stride == 1;
    return same ? g.plus(identity(g, x), sum) : sum;
  }

  private static Value identity(GraphBuilder g, Value x) {
    return Layers.batchNorm(g, "identity", x, Convolutions.BATCH_NORM_EPSILON);
  }

  private Value mixerBlock(GraphBuilder g, Stage stage, Value x, double drop) {
    GraphBuilder mixer = g.scope("token_mixer");
    int width = stage.width();
    Value mixed = branches(mixer.scope("mixer"), x, width, mixerKernel, 1, width, true);
    Value change = g.minus(mixed, identity(mixer.scope("norm"), x));
    Value between = g.plus(x, scaled(mixer, "layer_scale", change));
    Value computed = scaled(g, "layer_scale", perceptron(g.scope("mlp"), stage, between));
    return g.plus(between, g.dropPath(computed, drop));
  }

  private Value attentionBlock(GraphBuilder g, Stage stage, Value x, double drop) {
    Value normed =
        batchNorm
            ? Layers.batchNorm(g, "norm", x, Convolutions.BATCH_NORM_EPSILON)
            : Convolutions.layerNorm(g, "norm", x, Convolutions.BATCH_NORM_EPSILON);
    Value attended = scaled(g, "layer_scale_1", attention(g.scope("token_mixer"), normed));
    Value between = g.plus(x, g.dropPath(attended, drop));
    Value computed = scaled(g, "layer_scale_2", perceptron(g.scope("mlp"), stage, between));
    return g.plus(between, g.dropPath(computed, drop));
  }

  private Value scaled(GraphBuilder g, String name, Value branch) {
    return Convolutions.layerScale(g.scope(name), "gamma", branch, layerScale);
  }

  private static Value attention(GraphBuilder g, Value x) {
    long width = x.shape().size(1);
    Dim batch = x.shape().dim(0);
    Dim pixels = x.shape().dim(2).times(x.shape().dim(3));
    Value rows = g.transpose(g.reshape(x, batch, Dim.of(width), pixels), 0, 2, 1);
    List<Value> parts = g.split(TransformerBlocks.linear(g, "qkv", rows, 3 * width, false), -1, 3);
    int heads = Math.toIntExact(width / HEAD_WIDTH);
    double scale = 1 / Math.sqrt(HEAD_WIDTH);
    Value context =
        g.attention(parts.get(0), parts.get(1), parts.get(2), null, false, heads, scale);
    Value projected = TransformerBlocks.linear(g, "proj", context, width, true);
    return g.reshape(g.transpose(projected, 0, 2, 1), x.shape().dims().toArray(Dim[]::new));
  }

  /** A perceptron on every pixel, which a wide depthwise convolution tells of its neighbours. */
  private static Value perceptron(GraphBuilder g, Stage stage, Value x) {
    int width = stage.width();
    Value seen = Convolutions.normed(g.scope("conv"), x, width, 7, 1, width, NORMAL);
    Value hidden = gelu(g, Convolutions.biased(g, "fc1", seen, stage.hidden(), 1, 1, 1, NORMAL));
    return Convolutions.biased(g, "fc2", hidden, width, 1, 1, 1, NORMAL);
  }
}
