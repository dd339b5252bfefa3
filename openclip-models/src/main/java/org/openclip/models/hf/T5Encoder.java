package org.openclip.models.hf;

import java.util.List;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.models.attention.Padding;

/**
 * The encoder of T5 (Raffel et al. 2019, arXiv 1910.10683) as mT5 has it (Xue et al. 2020, arXiv
 * 2010.11934): RMS norms, no positions but a bias of the scores by distance, which all blocks
 * share, and GEGLU. Scores are not divided by the root of the head's width.
 */
final class T5Encoder implements HfTrunk {
  private static final int MOST_DISTANT = 128;

  private final int vocabularySize;
  private final int width;
  private final int headWidth;
  private final int hidden;
  private final int layers;
  private final int heads;
  private final int buckets;
  private final int mostDistant;
  private final double epsilon;
  private final long padId;
  private final double dropout;

  T5Encoder(ConfigReader reader) {
    reader.ignore("num_decoder_layers", "tie_word_embeddings");
    reader.choice("feed_forward_proj", "gated-gelu", List.of("gated-gelu"));
    vocabularySize = reader.positive("vocab_size", 250112);
    width = reader.positive("d_model", 512);
    headWidth = reader.positive("d_kv", 64);
    hidden = reader.positive("d_ff", 1024);
    layers = reader.positive("num_layers", 8);
    heads = reader.positive("num_heads", 6);
    buckets = reader.positive("relative_attention_num_buckets", 32);
    mostDistant = reader.positive("relative_attention_max_distance", MOST_DISTANT);
    epsilon = reader.number("layer_norm_epsilon", 1e-6);
    padId = reader.integer("pad_token_id", 0);
    dropout = reader.number("dropout_rate", 0.1);
  }

  @Override
  public Blocks blocks() {
    return new Blocks("embed_tokens", "block", layers);
  }

  @Override
  public Facts facts() {
    return new Facts(vocabularySize, width, padId, ENDLESS, ENDLESS);
  }

  @Override
  public Value encode(GraphBuilder g, Value tokens, Padding padding, int longest) {
    Value table =
        g.scope("embed_tokens")
            .parameter("weight", new Initializer.Normal(1), vocabularySize, width);
    Value x = g.dropout(g.embedding(table, tokens), dropout);
    Value bias = distances(g.scope("block.0.layer.0.SelfAttention"), x.shape().dim(1), longest);
    Value mask = g.plus(bias, padding.keyMask(g));
    for (int i = 0; i < layers; i++) {
      x = block(g.scope("block." + i), x, mask);
    }
    return g.dropout(norm(g, "final_layer_norm", x), dropout);
  }

  /** Returns what the distance of key and query adds to a score, {@code [1, heads, n, n]}. */
  private Value distances(GraphBuilder g, Dim n, int longest) {
    Value table =
        g.scope("relative_attention_bias").parameter("weight", normal(width), buckets, heads);
    long[] bucketOf = new long[2 * longest - 1];
    for (int i = 0; i < bucketOf.length; i++) {
      bucketOf[i] = bucket(i - (longest - 1));
    }
    Value byDistance = g.embedding(table, g.constant(Tensor.of(bucketOf, bucketOf.length)));
    Value keys = g.reshape(g.range(n), Dim.of(1), n);
    Value queries = g.reshape(g.range(n), n, Dim.of(1));
    Value distance = g.plus(g.minus(keys, queries), g.integer(longest - 1L));
    Value perPair = g.transpose(g.embedding(byDistance, distance), 2, 0, 1);
    return g.reshape(perPair, Dim.of(1), Dim.of(heads), n, n);
  }

  /**
   * Returns the bucket of a distance: one for each near one, then wider and wider ones; half of
   * them for keys before the query.
   */
  private int bucket(int distance) {
    int half = buckets / 2;
    int side = distance > 0 ? half : 0;
    int near = half / 2;
    int away = Math.abs(distance);
    if (away < near) {
      return side + away;
    }
    // In single precision, as the models were trained: a bucket's border can hang on it.
    float steps =
        (float) Math.log((float) away / near)
            / (float) Math.log((double) mostDistant / near)
            * (half - near);
    return side + Math.min(near + (int) steps, half - 1);
  }

  private Value block(GraphBuilder g, Value x, Value mask) {
    GraphBuilder first = g.scope("layer.0");
    Value attended = attention(first.scope("SelfAttention"), norm(first, "layer_norm", x), mask);
    Value between = g.plus(x, g.dropout(attended, dropout));
    GraphBuilder second = g.scope("layer.1");
    Value normed = norm(second, "layer_norm", between);
    Value computed = perceptron(second.scope("DenseReluDense"), normed);
    return g.plus(between, g.dropout(computed, dropout));
  }

  private Value attention(GraphBuilder g, Value x, Value mask) {
    int inner = Math.multiplyExact(heads, headWidth);
    Initializer queries = new Initializer.Normal(Math.pow((double) width * headWidth, -0.5));
    Value context =
        g.attention(
            HfTrunk.matrix(g, "q", x, inner, queries),
            HfTrunk.matrix(g, "k", x, inner, normal(width)),
            HfTrunk.matrix(g, "v", x, inner, normal(width)),
            mask,
            false,
            heads,
            1);
    return HfTrunk.matrix(g, "o", context, width, normal(inner));
  }

  private Value perceptron(GraphBuilder g, Value x) {
    Value gate = g.gelu(HfTrunk.matrix(g, "wi_0", x, hidden, normal(width)), GeluForm.TANH);
    Value value = HfTrunk.matrix(g, "wi_1", x, hidden, normal(width));
    return HfTrunk.matrix(g, "wo", g.dropout(g.times(gate, value), dropout), width, normal(hidden));
  }

  private Value norm(GraphBuilder g, String name, Value x) {
    return g.rmsNorm(x, g.scope(name).parameter("weight", Initializer.ONES, width), epsilon);
  }

  private static Initializer normal(double fanIn) {
    return new Initializer.Normal(Math.pow(fanIn, -0.5));
  }
}
