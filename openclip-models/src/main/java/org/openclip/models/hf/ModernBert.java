package org.openclip.models.hf;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Padding;
import org.openclip.models.attention.Rotary;

/**
 * ModernBERT (Warner et al. 2024, arXiv 2412.13663): rotary positions, GEGLU, no biases; every
 * third layer attends to the whole text, the others to a window around each token.
 */
final class ModernBert implements HfTrunk {
  private final int vocabularySize;
  private final int width;
  private final int layers;
  private final int heads;
  private final int hidden;
  private final int positions;
  private final double epsilon;
  private final long padId;
  private final int globalEvery;
  private final int window;
  private final double globalTheta;
  private final double localTheta;
  private final double embeddingDropout;
  private final double hiddenDropout;

  ModernBert(ConfigReader reader) {
    reader.ignore(
        "attention_dropout", "classifier_pooling", "cls_token_id", "sep_token_id", "decoder_bias");
    for (String key : List.of("norm_bias", "attention_bias", "mlp_bias")) {
      if (reader.bool(key, false)) {
        throw new InvalidConfigException(
            reader.at(key), "is true, but ModernBERT with biases is not supported; leave it out");
      }
    }
    reader.choice("hidden_activation", "gelu", List.of("gelu"));
    vocabularySize = reader.positive("vocab_size", 50368);
    width = reader.positive("hidden_size", 768);
    layers = reader.positive("num_hidden_layers", 22);
    heads = HfTrunk.heads(reader, "num_attention_heads", 12, width);
    hidden = reader.positive("intermediate_size", 1152);
    positions = reader.positive("max_position_embeddings", 8192);
    epsilon = reader.number("norm_eps", 1e-5);
    padId = reader.integer("pad_token_id", 50283);
    globalEvery = reader.positive("global_attn_every_n_layers", 3);
    window = reader.positive("local_attention", 128);
    globalTheta = reader.number("global_rope_theta", 160_000);
    localTheta = reader.number("local_rope_theta", 10_000);
    embeddingDropout = reader.number("embedding_dropout", 0);
    hiddenDropout = reader.number("mlp_dropout", 0);
  }

  @Override
  public Blocks blocks() {
    return new Blocks("embeddings", "layers", layers);
  }

  @Override
  public Facts facts() {
    return new Facts(vocabularySize, width, padId, positions, positions);
  }

  /** What a layer knows about positions: the angles, and who sees whom. */
  private record Reach(Rotary rotary, Value mask) {}

  @Override
  public Value encode(GraphBuilder g, Value tokens, Padding padding, int longest) {
    GraphBuilder embeddings = g.scope("embeddings");
    Value table =
        embeddings.scope("tok_embeddings").parameter("weight", drawn(1), vocabularySize, width);
    Value x = norm(embeddings, "norm", g.embedding(table, tokens));
    x = g.dropout(x, embeddingDropout);
    Dim length = x.shape().dim(1);
    Value mask = padding.keyMask(g);
    Reach whole = new Reach(rotary(g, length, longest, globalTheta), mask);
    Reach near = new Reach(rotary(g, length, longest, localTheta), windowed(g, length, mask));
    for (int i = 0; i < layers; i++) {
      x = layer(g.scope("layers." + i), x, i == 0, i % globalEvery == 0 ? whole : near);
    }
    return norm(g, "final_norm", x);
  }

  private Rotary rotary(GraphBuilder g, Dim length, int longest, double theta) {
    return Rotary.of(g, length, longest, width / heads, theta, Rotary.Pairing.HALVES);
  }

  /**
   * Returns the mask that also hides keys more than half a window away, {@code [batch, 1, length,
   * length]}. Every token sees itself: padding far behind a text would see nothing else.
   */
  private Value windowed(GraphBuilder g, Dim length, Value mask) {
    Value keys = g.reshape(g.range(length), Dim.of(1), length);
    Value queries = g.reshape(g.range(length), length, Dim.of(1));
    Value distance = g.unary(g.minus(keys, queries), UnaryFunction.ABS);
    Value near = g.plus(mask, within(g, length, distance, window / 2));
    return g.binary(near, within(g, length, distance, 0), BinaryFunction.MAXIMUM);
  }

  private static Value within(GraphBuilder g, Dim length, Value distance, long bound) {
    Value seen = g.compare(distance, g.integer(bound), Relation.LESS_OR_EQUAL);
    Value mask = g.choose(seen, g.constant(0), g.constant(Double.NEGATIVE_INFINITY));
    return g.reshape(mask, Dim.of(1), Dim.of(1), length, length);
  }

  private Value layer(GraphBuilder g, Value x, boolean first, Reach reach) {
    // The embeddings end in a norm, so the first layer needs none before its attention.
    Value normed = first ? x : norm(g, "attn_norm", x);
    Value between = g.plus(x, attention(g.scope("attn"), normed, reach));
    return g.plus(between, perceptron(g.scope("mlp"), norm(g, "mlp_norm", between)));
  }

  private Value attention(GraphBuilder g, Value x, Reach reach) {
    List<Value> parts = g.split(HfTrunk.matrix(g, "Wqkv", x, 3L * width, drawn(1)), -1, 3);
    Value context =
        g.attention(
            reach.rotary().turn(g, parts.get(0)),
            reach.rotary().turn(g, parts.get(1)),
            parts.get(2),
            reach.mask(),
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    return HfTrunk.matrix(g, "Wo", context, width, drawn(2.0 * layers));
  }

  private Value perceptron(GraphBuilder g, Value x) {
    List<Value> halves = g.split(HfTrunk.matrix(g, "Wi", x, 2L * hidden, drawn(1)), -1, 2);
    Value inner = g.times(g.gelu(halves.get(0), GeluForm.ERF), halves.get(1));
    return HfTrunk.matrix(g, "Wo", g.dropout(inner, hiddenDropout), width, drawn(2.0 * layers));
  }

  private Value norm(GraphBuilder g, String name, Value x) {
    return g.layerNorm(
        x, g.scope(name).parameter("weight", Initializer.ONES, width), null, epsilon);
  }

  private static Initializer drawn(double depth) {
    return new Initializer.TruncatedNormal(0.02 / Math.sqrt(depth));
  }
}
