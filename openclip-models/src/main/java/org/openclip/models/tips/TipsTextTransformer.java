package org.openclip.models.tips;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.models.attention.Padding;

/**
 * The text tower of TIPS (Maninis et al. 2024, arXiv 2410.16512) and TIPSv2 (Cao et al. 2026, arXiv
 * 2604.12012): scaled token embeddings, fixed sinusoidal positions, blocks with ReLU that do not
 * see padding, and the mean of the tokens. It has no projection: its width is the joint one.
 */
final class TipsTextTransformer implements TextEncoder {
  private static final double EPSILON = 1e-5;
  private static final double LONGEST_WAVE = 10_000;

  private final int contextLength;
  private final int vocabularySize;
  private final int width;
  private final int heads;
  private final int layers;
  private final int hidden;
  private final long padId;

  TipsTextTransformer(EncoderContext context) {
    ConfigReader reader = new ConfigReader("text_cfg", context.config());
    reader.ignore("encoder", "hf_tokenizer_name", "tokenizer_mode", "tokenizer_kwargs");
    contextLength = reader.positive("context_length", 64);
    vocabularySize = reader.positive("vocab_size", 32000);
    width = reader.positive("width", context.embedDim());
    heads = reader.positive("heads", 12);
    layers = reader.positive("layers", 12);
    hidden = reader.positive("mlp_width", 4 * width);
    padId = reader.integer("pad_id", 0);
    reader.finish();
    if (width != context.embedDim()) {
      throw new InvalidConfigException(
          "text_cfg.width",
          "is %s, but must be embed_dim, %s, since TIPS has no text projection"
              .formatted(width, context.embedDim()));
    }
    if (width % heads != 0) {
      throw new InvalidConfigException(
          "text_cfg.heads", "is " + heads + ", which does not divide the width " + width);
    }
    if (!context.customText()) {
      throw new InvalidConfigException(
          "custom_text", "is false, but the text tower of TIPS needs custom_text: true");
    }
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public boolean variableLength() {
    return true;
  }

  @Override
  public int usedLength(long[] tokens) {
    return Padding.length(tokens, padId);
  }

  @Override
  public List<LayerGroup> layerGroups(boolean poolerInHead) {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, "token_embedding\\..*"));
    groups.addAll(LayerGroup.blocks("transformer.resblocks", layers, "ln_final\\..*"));
    return groups;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value tokens) {
    Padding padding = Padding.of(g, tokens, padId);
    Value mask = padding.keyMask(g);
    Value x = embed(g, tokens);
    for (int i = 0; i < layers; i++) {
      x = block(g.scope("transformer.resblocks." + i), x, mask);
    }
    Value sequence = Layers.layerNorm(g, "ln_final", x, EPSILON);
    return new Encoded(padding.mean(g, sequence), sequence);
  }

  private Value embed(GraphBuilder g, Value tokens) {
    Value table =
        g.scope("token_embedding")
            .parameter("weight", new Initializer.Normal(1), vocabularySize, width);
    Value words = g.times(g.embedding(table, tokens), g.constant(Math.sqrt(width)));
    Value waves = g.constant(Tensor.of(waves(contextLength, width), contextLength, width));
    return g.plus(words, g.slice(waves, 0, Dim.of(0), tokens.shape().dim(1)));
  }

  /**
   * Returns the fixed positions (Vaswani et al. 2017, arXiv 1706.03762): sines of falling
   * frequencies, then their cosines; an odd width ends in a zero.
   */
  private static float[] waves(int length, int width) {
    int count = width / 2;
    float[] table = new float[length * width];
    for (int i = 0; i < count; i++) {
      double frequency = Math.pow(LONGEST_WAVE, -(double) i / Math.max(count - 1, 1));
      for (int position = 0; position < length; position++) {
        table[position * width + i] = (float) Math.sin(position * frequency);
        table[position * width + count + i] = (float) Math.cos(position * frequency);
      }
    }
    return table;
  }

  private Value block(GraphBuilder g, Value x, Value mask) {
    Value normed = Layers.layerNorm(g, "ln_1", x, EPSILON);
    Value between = g.plus(x, attention(g.scope("attn"), normed, mask));
    Value inner = Layers.layerNorm(g, "ln_2", between, EPSILON);
    GraphBuilder mlp = g.scope("mlp");
    Value active = g.unary(Layers.linear(mlp, "c_fc", inner, hidden), UnaryFunction.RELU);
    return g.plus(between, Layers.linear(mlp, "c_proj", active, width));
  }

  private Value attention(GraphBuilder g, Value x, Value mask) {
    Initializer drawn = new Initializer.Uniform(Math.sqrt(6.0 / (4.0 * width)));
    Value weight = g.parameter("in_proj_weight", drawn, 3L * width, width);
    Value bias = g.parameter("in_proj_bias", Initializer.ZEROS, 3L * width);
    List<Value> parts = g.split(g.linear(x, weight, bias), -1, 3);
    Value context =
        g.attention(
            parts.get(0),
            parts.get(1),
            parts.get(2),
            mask,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    return Layers.linear(g, "out_proj", context, width);
  }
}
