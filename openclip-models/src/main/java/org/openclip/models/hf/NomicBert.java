package org.openclip.models.hf;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Padding;
import org.openclip.models.attention.Rotary;

/**
 * NomicBERT, the encoder of Nomic Embed Text (Nussbaum et al. 2024, arXiv 2402.01613): BERT with
 * rotary positions and SwiGLU, and without biases.
 */
final class NomicBert implements HfTrunk {
  private final int vocabularySize;
  private final int width;
  private final int layers;
  private final int heads;
  private final int hidden;
  private final int positions;
  private final int types;
  private final double epsilon;
  private final double theta;
  private final long padId;
  private final Initializer drawn;

  NomicBert(ConfigReader reader) {
    reader.choice("activation_function", "swiglu", List.of("swiglu"));
    for (String key : List.of("qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "prenorm")) {
      if (reader.bool(key, false)) {
        throw new InvalidConfigException(
            reader.at(key), "is true, which is not supported for nomic_bert; leave it out");
      }
    }
    if (reader.number("rotary_emb_fraction", 1) != 1) {
      throw new InvalidConfigException(
          reader.at("rotary_emb_fraction"), "must be 1 for nomic_bert; leave it out");
    }
    vocabularySize = reader.positive("vocab_size", 30528);
    width = reader.positive("n_embd", 768);
    layers = reader.positive("n_layer", 12);
    heads = HfTrunk.heads(reader, "n_head", 12, width);
    hidden = reader.positive("n_inner", 3072);
    positions = reader.positive("n_positions", 8192);
    types = reader.positive("type_vocab_size", 2);
    epsilon = reader.number("layer_norm_epsilon", 1e-12);
    theta = reader.number("rotary_emb_base", 1000);
    padId = reader.integer("pad_token_id", 0);
    drawn = new Initializer.Normal(0.02);
  }

  @Override
  public Blocks blocks() {
    return new Blocks("(embeddings|emb_ln)", "encoder.layers", layers);
  }

  @Override
  public Facts facts() {
    return new Facts(vocabularySize, width, padId, positions, positions);
  }

  @Override
  public Value encode(GraphBuilder g, Value tokens, Padding padding, int longest) {
    GraphBuilder embeddings = g.scope("embeddings");
    Value words = g.embedding(table(embeddings, "word_embeddings", vocabularySize), tokens);
    Value type = g.slice(table(embeddings, "token_type_embeddings", types), 0, 0, 1);
    Value x = Layers.layerNorm(g, "emb_ln", g.plus(words, type), epsilon);
    Rotary rotary =
        Rotary.of(g, x.shape().dim(1), longest, width / heads, theta, Rotary.Pairing.HALVES);
    Value mask = padding.keyMask(g);
    for (int i = 0; i < layers; i++) {
      x = layer(g.scope("encoder.layers." + i), x, rotary, mask);
    }
    return x;
  }

  private Value table(GraphBuilder g, String name, int rows) {
    return g.scope(name).parameter("weight", drawn, rows, width);
  }

  private Value layer(GraphBuilder g, Value x, Rotary rotary, Value mask) {
    Value attended = attention(g.scope("attn"), x, rotary, mask);
    Value between = Layers.layerNorm(g, "norm1", g.plus(attended, x), epsilon);
    Value computed = perceptron(g.scope("mlp"), between);
    return Layers.layerNorm(g, "norm2", g.plus(computed, between), epsilon);
  }

  private Value attention(GraphBuilder g, Value x, Rotary rotary, Value mask) {
    List<Value> parts = g.split(HfTrunk.matrix(g, "Wqkv", x, 3L * width, drawn), -1, 3);
    Value context =
        g.attention(
            rotary.turn(g, parts.get(0)),
            rotary.turn(g, parts.get(1)),
            parts.get(2),
            mask,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    return HfTrunk.matrix(g, "out_proj", context, width, drawn);
  }

  private Value perceptron(GraphBuilder g, Value x) {
    Value gate = g.unary(HfTrunk.matrix(g, "fc12", x, hidden, drawn), UnaryFunction.SILU);
    Value inner = g.times(HfTrunk.matrix(g, "fc11", x, hidden, drawn), gate);
    return HfTrunk.matrix(g, "fc2", inner, width, drawn);
  }
}
