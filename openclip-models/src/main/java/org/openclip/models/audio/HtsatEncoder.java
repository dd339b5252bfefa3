package org.openclip.models.audio;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.SpectrogramMasks;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.SpectrogramBatch;
import org.openclip.api.encoder.SpectrogramBatch.Longer;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.models.timm.SwinBlocks;

/**
 * HTSAT as OpenCLIP's audio tower (Chen et al. 2022, arXiv 2202.00874): a Swin transformer on a
 * spectrogram whose time is folded into a square picture, and the mean of the last stage through a
 * perceptron.
 */
final class HtsatEncoder implements SpectrogramEncoder {
  private static final double EPSILON = 1e-5;
  private static final int WINDOW = 8;
  private static final SpectrogramMasks MASKS = new SpectrogramMasks(2, 64, 2, 8);

  /** The transform's own matrices, and the classifier. */
  private static final Pattern IDLE =
      Pattern.compile("encoder\\.(spectrogram_extractor|logmel_extractor|tscam_conv|head)\\..*");

  /** What fuses longer sounds, and is published with models that do not. */
  private static final Pattern FUSION =
      Pattern.compile("encoder\\.patch_embed\\.(mel_conv2d|fusion_model)\\..*");

  private final HtsatConfig config;
  private final HtsatSpectrogram spectrogram;
  private final int embedDim;
  private final boolean fuses;

  HtsatEncoder(EncoderContext context) {
    this(HtsatConfig.of(context.config()), context.embedDim(), false);
  }

  private HtsatEncoder(HtsatConfig config, int embedDim, boolean fuses) {
    this.config = config;
    this.spectrogram = HtsatSpectrogram.of(config);
    this.embedDim = embedDim;
    this.fuses = fuses;
  }

  @Override
  public AudioPreprocessor preprocessor() {
    return fuses ? new HtsatLongSpectrogram(spectrogram) : spectrogram;
  }

  @Override
  public Optional<SpectrogramEncoder> longer() {
    return config.fusion() && !fuses
        ? Optional.of(new HtsatEncoder(config, embedDim, true))
        : Optional.empty();
  }

  @Override
  public boolean idle(String name) {
    return IDLE.matcher(name).matches() || (!config.fusion() && FUSION.matcher(name).matches());
  }

  @Override
  public Optional<SpectrogramMasks> masks() {
    return Optional.of(MASKS);
  }

  @Override
  public Encoded encode(GraphBuilder g, Value input) {
    return encode(g, new SpectrogramBatch(input, null, null), 0);
  }

  @Override
  public Encoded encodeInTraining(GraphBuilder g, SpectrogramBatch batch) {
    return encode(g, batch, config.dropPath());
  }

  private Encoded encode(GraphBuilder g, SpectrogramBatch batch, double dropPath) {
    Value stages = stages(g.scope("encoder"), batch, dropPath);
    Value mean = g.reduce(g.reduce(stages, Reduction.MEAN, 2), Reduction.MEAN, 1);
    Value features = config.normed() ? g.l2Normalize(mean) : mean;
    GraphBuilder proj = g.scope("proj");
    Value inner = Layers.linear(proj, "0", features, embedDim);
    Value active = config.relu() ? g.unary(inner, UnaryFunction.RELU) : g.gelu(inner, GeluForm.ERF);
    return new Encoded(Layers.linear(proj, "2", active, embedDim), null);
  }

  private Value stages(GraphBuilder g, SpectrogramBatch batch, double dropPath) {
    GraphBuilder embed = g.scope("patch_embed");
    Value tiles = patches(embed, pictures(g, batch.levels(), batch.kept()), batch.longer());
    Value x = Layers.layerNorm(embed, "norm", tiles, EPSILON);
    SwinBlocks swin = new SwinBlocks(WINDOW, WINDOW, 4, true);
    int blocks = Arrays.stream(config.depths()).sum();
    int done = 0;
    for (int stage = 0; stage < config.depths().length; stage++) {
      GraphBuilder layer = g.scope("layers." + stage);
      for (int i = 0; i < config.depths()[stage]; i++) {
        double drop = blocks == 1 ? 0 : dropPath * done++ / (blocks - 1);
        x = swin.block(layer.scope("blocks." + i), x, i % 2 == 1, config.heads()[stage], drop);
      }
      if (stage < config.depths().length - 1) {
        x = SwinBlocks.merge(layer.scope("downsample"), x);
      }
    }
    return Layers.layerNorm(g, "norm", x, EPSILON);
  }

  /**
   * Returns the pictures of the parts, {@code [batch, parts, side, side]}: the time of each folded
   * below itself.
   */
  private Value pictures(GraphBuilder g, Value input, @Nullable Value kept) {
    Dim bands = Dim.of(config.bands());
    Dim frames = Dim.of(config.frames());
    Dim parts = Dim.of(fuses ? HtsatLongSpectrogram.PARTS : 1);
    Value last = g.transpose(g.reshape(input, Dim.BATCH, parts, bands, frames), 0, 2, 3, 1);
    Value whole = g.transpose(Layers.batchNorm(g, "bn0", last, EPSILON), 0, 3, 1, 2);
    Value normed = kept == null ? whole : g.times(whole, g.unsqueeze(kept, 1));
    int from = config.frames();
    int to = config.pictureFrames();
    Value time =
        from == to
            ? normed
            : g.matMul(normed, g.constant(Tensor.of(CubicRows.weights(from, to), from, to)));
    Dim side = Dim.of(config.side());
    Dim folds = Dim.of(config.side() / config.bands());
    Value cut = g.reshape(time, Dim.BATCH, parts, bands, folds, side);
    return g.reshape(g.transpose(cut, 0, 1, 3, 2, 4), Dim.BATCH, parts, side, side);
  }

  /** Returns the patches of the pictures, {@code [batch, rows, columns, width]}. */
  private Value patches(GraphBuilder g, Value pictures, @Nullable Longer longer) {
    Value whole = fuses ? g.slice(pictures, 1, 0, 1) : pictures;
    Value tiles =
        Layers.convolution(
            g, "proj", whole, config.width(), HtsatConfig.PATCH, HtsatConfig.PATCH, 0, 1, true);
    if (fuses) {
      Value parts = g.slice(pictures, 1, 1, HtsatLongSpectrogram.PARTS);
      HtsatFusion fusion = new HtsatFusion(config.side(), config.width());
      tiles = longer == null ? fusion.fuse(g, tiles, parts) : fusion.fuse(g, tiles, parts, longer);
    }
    return g.transpose(tiles, 0, 2, 3, 1);
  }
}
