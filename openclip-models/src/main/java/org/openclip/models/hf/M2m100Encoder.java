package org.openclip.models.hf;

import java.util.List;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.models.attention.Padding;

/**
 * The encoder of M2M-100 (Fan et al. 2020, arXiv 2010.11125) and NLLB (NLLB Team 2022, arXiv
 * 2207.04672): fixed positions by sines and cosines, and a layer norm before each residual branch.
 */
final class M2m100Encoder implements HfTrunk {
  private static final double EPSILON = 1e-5;
  private static final Initializer NORMAL = new Initializer.Normal(0.02);

  private final int vocabularySize;
  private final int width;
  private final int layers;
  private final int heads;
  private final int hidden;
  private final int positions;
  private final double scale;
  private final boolean relu;
  private final long padId;
  private final double dropout;
  private final double activationDropout;

  M2m100Encoder(ConfigReader reader) {
    reader.ignore(
        "decoder_layers",
        "decoder_ffn_dim",
        "decoder_attention_heads",
        "decoder_layerdrop",
        "encoder_layerdrop",
        "attention_dropout",
        "num_hidden_layers");
    vocabularySize = reader.positive("vocab_size", 128112);
    width = reader.positive("d_model", 1024);
    layers = reader.positive("encoder_layers", 12);
    heads = HfTrunk.heads(reader, "encoder_attention_heads", 16, width);
    hidden = reader.positive("encoder_ffn_dim", 4096);
    positions = reader.positive("max_position_embeddings", 1024);
    scale = reader.bool("scale_embedding", true) ? Math.sqrt(width) : 1;
    relu = reader.choice("activation_function", "relu", List.of("relu", "gelu")).equals("relu");
    padId = reader.integer("pad_token_id", 1);
    dropout = reader.number("dropout", 0.1);
    activationDropout = reader.number("activation_dropout", 0);
  }

  @Override
  public Blocks blocks() {
    return new Blocks("embed_tokens", "layers", layers);
  }

  @Override
  public Facts facts() {
    return new Facts(vocabularySize, width, padId, positions, positions);
  }

  @Override
  public Value encode(GraphBuilder g, Value tokens, Padding padding, int longest) {
    Value table = g.scope("embed_tokens").parameter("weight", NORMAL, vocabularySize, width);
    Value words = g.times(g.embedding(table, tokens), g.constant(scale));
    Value numbers = g.times(g.cumulativeSum(padding.valid(), 1), padding.valid());
    Value places = g.embedding(g.constant(sinusoids(longest)), numbers);
    Value x = g.dropout(g.plus(words, places), dropout);
    Value mask = padding.keyMask(g);
    for (int i = 0; i < layers; i++) {
      x = layer(g.scope("layers." + i), x, mask);
    }
    return Layers.layerNorm(g, "layer_norm", x, EPSILON);
  }

  /**
   * Returns the positions of padding, all zeros, and of tokens from the first on, which count from
   * behind the padding's id: sines of every frequency, then cosines.
   *
   * @return {@code float32[1 + longest, width]}
   */
  private Tensor sinusoids(int longest) {
    int half = width / 2;
    float[] table = new float[(1 + longest) * width];
    for (int row = 1; row <= longest; row++) {
      for (int i = 0; i < half; i++) {
        double angle = (row + padId) * Math.exp(-i * Math.log(10000) / (half - 1));
        table[row * width + i] = (float) Math.sin(angle);
        table[row * width + half + i] = (float) Math.cos(angle);
      }
    }
    return Tensor.of(table, 1L + longest, width);
  }

  private Value layer(GraphBuilder g, Value x, Value mask) {
    Value normed = Layers.layerNorm(g, "self_attn_layer_norm", x, EPSILON);
    GraphBuilder attention = g.scope("self_attn");
    Value context =
        g.attention(
            HfTrunk.linear(attention, "q_proj", normed, width, NORMAL),
            HfTrunk.linear(attention, "k_proj", normed, width, NORMAL),
            HfTrunk.linear(attention, "v_proj", normed, width, NORMAL),
            mask,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    Value attended = HfTrunk.linear(attention, "out_proj", context, width, NORMAL);
    Value between = g.plus(x, g.dropout(attended, dropout));
    Value inner =
        HfTrunk.linear(
            g, "fc1", Layers.layerNorm(g, "final_layer_norm", between, EPSILON), hidden, NORMAL);
    Value active = relu ? g.unary(inner, UnaryFunction.RELU) : g.gelu(inner, GeluForm.ERF);
    Value computed = HfTrunk.linear(g, "fc2", g.dropout(active, activationDropout), width, NORMAL);
    return g.plus(between, g.dropout(computed, dropout));
  }
}
