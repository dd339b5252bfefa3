package org.openclip.models.audio;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * Whisper's encoder as OpenCLIP's audio tower (Radford et al. 2022, arXiv 2212.04356): two
 * convolutions over time, fixed sinusoidal positions, blocks, pairs of frames averaged, and the
 * mean of all through a perceptron.
 */
final class WhisperEncoder implements SpectrogramEncoder {
  private static final double EPSILON = 1e-5;
  private static final double LONGEST_WAVE = 10_000;

  private final WhisperConfig config;
  private final WhisperSpectrogram spectrogram;
  private final int embedDim;

  WhisperEncoder(EncoderContext context) {
    config = WhisperConfig.of(context.config());
    spectrogram = new WhisperSpectrogram(config.samples());
    embedDim = context.embedDim();
  }

  @Override
  public AudioPreprocessor preprocessor() {
    return spectrogram;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, "encoder\\.(conv[12]|positional_embedding).*"));
    groups.addAll(LayerGroup.blocks("encoder.blocks", config.layers(), "encoder\\.ln_post\\..*"));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "(encoder\\.)?proj\\..*"));
    return groups;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value input) {
    Value sequence = encoder(g.scope("encoder"), input);
    Value mean = g.reduce(sequence, Reduction.MEAN, 1);
    Value features = config.normed() ? g.l2Normalize(mean) : mean;
    GraphBuilder proj = g.scope("proj");
    Value inner = Layers.linear(proj, "0", features, embedDim);
    Value active = config.relu() ? g.unary(inner, UnaryFunction.RELU) : g.gelu(inner, GeluForm.ERF);
    return new Encoded(Layers.linear(proj, "2", active, embedDim), sequence);
  }

  /** Returns {@code [batch, frames / 4, embedDim]} for {@code [batch, bands, frames]}. */
  private Value encoder(GraphBuilder g, Value input) {
    Dim frames = Dim.of(spectrogram.frames());
    Value row = g.reshape(input, Dim.BATCH, Dim.of(WhisperSpectrogram.BANDS), Dim.of(1), frames);
    Value first = convolution(g.scope("conv1"), row, 1);
    Value second = convolution(g.scope("conv2"), first, 2);
    long half = spectrogram.frames() / 2;
    Dim width = Dim.of(config.width());
    Value x = g.transpose(g.reshape(second, Dim.BATCH, width, Dim.of(half)), 0, 2, 1);
    x = g.plus(x, positions(g, (int) half));
    for (int i = 0; i < config.layers(); i++) {
      x = block(g.scope("blocks." + i), x);
    }
    Value pairs = g.reshape(x, Dim.BATCH, Dim.of(half / 2), Dim.of(2), width);
    Value pooled = Layers.layerNorm(g, "ln_post", g.reduce(pairs, Reduction.MEAN, 2), EPSILON);
    // A part of the state dict that no feature depends on.
    g.scope("audio_bos_eos_token").parameter("weight", new Initializer.Normal(1), 2, embedDim);
    return Layers.linear(g, "proj", pooled, embedDim);
  }

  private Value convolution(GraphBuilder g, Value row, int stride) {
    long in = row.shape().size(1);
    long out = config.width();
    Value kernel = g.parameter("weight", Layers.uniform(3 * in), out, in, 3);
    Value weight = g.reshape(kernel, Dim.of(out), Dim.of(in), Dim.of(1), Dim.of(3));
    Value bias = g.parameter("bias", Layers.uniform(3 * in), out);
    Pads pads = new Pads(0, 1, 0, 1);
    return g.gelu(g.add(new Convolution(row, weight, bias, 1, stride, pads, 1)), GeluForm.ERF);
  }

  private Value positions(GraphBuilder g, int length) {
    int width = config.width();
    int count = width / 2;
    float[] table = new float[length * width];
    for (int i = 0; i < count; i++) {
      double frequency = Math.pow(LONGEST_WAVE, -(double) i / (count - 1));
      for (int at = 0; at < length; at++) {
        table[at * width + i] = (float) Math.sin(at * frequency);
        table[at * width + count + i] = (float) Math.cos(at * frequency);
      }
    }
    Initializer waves = new Initializer.Table(Tensor.of(table, length, width));
    return g.buffer("positional_embedding", waves, length, width);
  }

  private Value block(GraphBuilder g, Value x) {
    Value normed = Layers.layerNorm(g, "attn_ln", x, EPSILON);
    Value between = g.plus(x, attention(g.scope("attn"), normed));
    Value inner = Layers.layerNorm(g, "mlp_ln", between, EPSILON);
    GraphBuilder mlp = g.scope("mlp");
    Value active = g.gelu(Layers.linear(mlp, "0", inner, 4L * config.width()), GeluForm.ERF);
    return g.plus(between, Layers.linear(mlp, "2", active, config.width()));
  }

  private Value attention(GraphBuilder g, Value x) {
    long width = config.width();
    Value context =
        g.attention(
            Layers.linear(g, "query", x, width),
            Layers.linear(g, "key", x, width, false, Layers.uniform(width)),
            Layers.linear(g, "value", x, width),
            null,
            false,
            config.heads(),
            1 / Math.sqrt((double) width / config.heads()));
    return Layers.linear(g, "out", context, width);
  }
}
