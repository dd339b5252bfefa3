package org.openclip.models.hf;

import java.util.List;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Padding;

/**
 * BERT (Devlin et al. 2018, arXiv 1810.04805), RoBERTa (Liu et al. 2019, arXiv 1907.11692) and
 * XLM-RoBERTa (Conneau et al. 2019, arXiv 1911.02116): learnt positions, and a layer norm after
 * each residual branch. RoBERTa counts positions from behind the padding's id.
 */
final class Bert implements HfTrunk {
  private static final Initializer NORMAL = new Initializer.Normal(0.02);

  private final int vocabularySize;
  private final int width;
  private final int layers;
  private final int heads;
  private final int hidden;
  private final int positions;
  private final int types;
  private final double epsilon;
  private final long padId;
  private final double dropout;
  private final boolean countsTokens;

  private Bert(ConfigReader reader, boolean countsTokens) {
    this.countsTokens = countsTokens;
    // Attention is one operator, which has no dropout of its own.
    reader.ignore("attention_probs_dropout_prob", "position_embedding_type");
    reader.choice("hidden_act", "gelu", List.of("gelu"));
    vocabularySize = reader.positive("vocab_size", countsTokens ? 50265 : 30522);
    width = reader.positive("hidden_size", 768);
    layers = reader.positive("num_hidden_layers", 12);
    heads = HfTrunk.heads(reader, "num_attention_heads", 12, width);
    hidden = reader.positive("intermediate_size", 3072);
    positions = reader.positive("max_position_embeddings", 512);
    types = reader.positive("type_vocab_size", 2);
    epsilon = reader.number("layer_norm_eps", 1e-12);
    padId = reader.integer("pad_token_id", countsTokens ? 1 : 0);
    dropout = reader.number("hidden_dropout_prob", 0.1);
  }

  /** Creates BERT, whose positions count places. */
  static Bert bert(ConfigReader reader) {
    return new Bert(reader, false);
  }

  /** Creates RoBERTa or XLM-RoBERTa, whose positions count tokens. */
  static Bert roberta(ConfigReader reader) {
    return new Bert(reader, true);
  }

  @Override
  public Blocks blocks() {
    return new Blocks("embeddings", "encoder.layer", layers);
  }

  @Override
  public Facts facts() {
    int longest = countsTokens ? positions - (int) padId - 1 : positions;
    return new Facts(vocabularySize, width, padId, longest, positions);
  }

  @Override
  public Value encode(GraphBuilder g, Value tokens, Padding padding, int longest) {
    Value x = embed(g.scope("embeddings"), tokens, padding);
    Value mask = padding.keyMask(g);
    for (int i = 0; i < layers; i++) {
      x = layer(g.scope("encoder.layer." + i), x, mask);
    }
    return x;
  }

  private Value embed(GraphBuilder g, Value tokens, Padding padding) {
    Value words = g.embedding(table(g, "word_embeddings", vocabularySize), tokens);
    Value type = g.slice(table(g, "token_type_embeddings", types), 0, 0, 1);
    Value table = table(g, "position_embeddings", positions);
    Value places =
        countsTokens
            ? g.embedding(table, counted(g, padding))
            : g.slice(table, 0, Dim.of(0), tokens.shape().dim(1));
    return norm(g, g.plus(g.plus(words, type), places));
  }

  /** Returns each token's number, counted from behind the padding's id; padding has its own. */
  private Value counted(GraphBuilder g, Padding padding) {
    Value number = g.times(g.cumulativeSum(padding.valid(), 1), padding.valid());
    return g.plus(number, g.integer(padId));
  }

  private Value table(GraphBuilder g, String name, int rows) {
    return g.scope(name).parameter("weight", NORMAL, rows, width);
  }

  private Value norm(GraphBuilder g, Value x) {
    return Layers.layerNorm(g, "LayerNorm", x, epsilon);
  }

  private Value layer(GraphBuilder g, Value x, Value mask) {
    GraphBuilder self = g.scope("attention.self");
    Value context =
        g.attention(
            HfTrunk.linear(self, "query", x, width, NORMAL),
            HfTrunk.linear(self, "key", x, width, NORMAL),
            HfTrunk.linear(self, "value", x, width, NORMAL),
            mask,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    Value attended = output(g.scope("attention.output"), context, x);
    Value inner = HfTrunk.linear(g, "intermediate.dense", attended, hidden, NORMAL);
    return output(g.scope("output"), g.gelu(inner, GeluForm.ERF), attended);
  }

  private Value output(GraphBuilder g, Value branch, Value residual) {
    Value projected = HfTrunk.linear(g, "dense", branch, width, NORMAL);
    return norm(g, g.plus(g.dropout(projected, dropout), residual));
  }

  @Override
  public Value pool(GraphBuilder g, Value first) {
    Value dense = HfTrunk.linear(g, "pooler.dense", first, width, NORMAL);
    return g.unary(dense, UnaryFunction.TANH);
  }
}
