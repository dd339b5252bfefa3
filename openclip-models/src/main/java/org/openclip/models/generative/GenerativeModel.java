package org.openclip.models.generative;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.models.attention.ValidPatches;
import org.openclip.models.generative.Trunk.Stream;
import org.openclip.models.generative.Trunk.Streams;

/**
 * GenLIP (arXiv 2605.00809) and its sibling for sounds, GenLAP: one transformer over patches and
 * tokens, without a text tower. The features of an image or a sound are the mean of its patches.
 *
 * @param prefix what is in front of a text
 * @param names of the parts that depend on it
 * @param embedDim the width of the features
 * @param embedding of patches
 * @param trunk the transformer
 * @param rotary the positions
 * @param text what is known of texts
 */
record GenerativeModel(
    Prefix prefix,
    Names names,
    int embedDim,
    PatchEmbedding embedding,
    Trunk trunk,
    MultimodalRotary rotary,
    TextConfig text)
    implements GenerativeEncoder {
  /** The standard deviation with which matrices outside of the blocks are drawn. */
  static final double DEVIATION = 0.02;

  /**
   * Names of the state dict.
   *
   * @param embedding the scope of the embedding of patches
   * @param projection the scope of the features' projection
   * @param adapter the scope in which the embedding and the transformer are once more; empty for
   *     none
   */
  record Names(String embedding, String projection, String adapter) {}

  /** Reads the width of the features from {@code model_cfg}. */
  static int embedDim(ConfigReader model) {
    if (!model.has("embed_dim")) {
      throw new InvalidConfigException("embed_dim", "is missing; every generative model needs it");
    }
    return model.positive("embed_dim", 1);
  }

  @Override
  public int contextLength() {
    return text.contextLength();
  }

  @Override
  public int vocabularySize() {
    return text.vocabularySize();
  }

  @Override
  public Map<String, Object> textConfig() {
    return text.json();
  }

  private TrunkConfig config() {
    return trunk.config();
  }

  private Stream patches(GraphBuilder g, Patches in) {
    GraphBuilder scope = g.scope(names.embedding());
    return new Stream(
        embedding.encode(scope, in.patches(), config().width(), trunk.norms()),
        rotary.ofPatches(g, in.coordinates()),
        new ValidPatches(in.valid()).keyMask(g, 0));
  }

  @Override
  public Value encode(GraphBuilder g, Patches in) {
    Streams streams = trunk.encode(g.scope("trunk"), new Streams(patches(g, in), null));
    Value mean = new ValidPatches(in.valid()).mean(g, streams.patches().rows(), 0);
    return between(g, names.projection(), mean, embedDim);
  }

  @Override
  public Logits predict(GraphBuilder g, Patches in, Value tokens) {
    Stream patches = patches(g, in);
    Dim length = tokens.shape().dim(1);
    Value shown = g.broadcast(g.constant(0), Dim.BATCH, Dim.of(1), Dim.of(1), length);
    Stream texts =
        new Stream(
            embed(g, tokens, false),
            rotary.ofTokens(g, in.coordinates(), length),
            g.concat(3, patches.mask(), shown));
    Streams streams = trunk.encode(g.scope("trunk"), new Streams(patches, texts));
    Stream written = streams.tokens();
    if (written == null) {
      throw new IllegalStateException("tokens went into the transformer, but none came out");
    }
    Value last =
        g.minus(g.reduce(g.cast(in.valid(), DataType.INT64), Reduction.SUM, 1), g.integer(1));
    return new Logits(logits(g, g.pick(streams.patches().rows(), last)), logits(g, written.rows()));
  }

  @Override
  public Value logLikelihoods(GraphBuilder g, Patches in, Value tokens, long padId) {
    PackedSequence sequence = PackedSequence.of(g, in, tokens, padId);
    Value patches =
        embedding.encode(g.scope(names.embedding()), in.patches(), config().width(), trunk.norms());
    Value texts = embed(g, sequence.ids(g, tokens), true);
    Stream packed =
        new Stream(
            g.choose(g.unsqueeze(sequence.isToken(), 2), texts, patches),
            rotary.ofSequence(g, in.coordinates(), sequence.numbers(), sequence.isToken()),
            sequence.mask(g));
    Value rows = trunk.encode(g.scope("trunk"), new Streams(packed, null)).patches().rows();
    Value logits = logits(g, g.pick(rows, sequence.predictors(g, tokens.shape().dim(1))));
    Value ids =
        g.reshape(
            g.range(Dim.of(vocabularySize())), Dim.of(1), Dim.of(1), Dim.of(vocabularySize()));
    Value right = g.compare(g.unsqueeze(tokens, 2), ids, Relation.EQUAL);
    return g.reduce(g.choose(right, g.logSoftmax(logits, 2), g.constant(0)), Reduction.SUM, 2);
  }

  /**
   * Embeds tokens.
   *
   * @param training whether gradients are computed, which leave the row of padding as it is
   */
  private Value embed(GraphBuilder g, Value tokens, boolean training) {
    int width = config().textWidth();
    Value table =
        g.scope("text_embed")
            .parameter("weight", new Initializer.Normal(DEVIATION), vocabularySize(), width);
    Value rows = g.embedding(table, tokens);
    if (training) {
      Value padding = g.compare(tokens, g.integer(text.padId()), Relation.EQUAL);
      rows = g.choose(g.unsqueeze(padding, 2), g.stopGradient(rows), rows);
    }
    Value x = between(g, "in_proj", rows, config().width());
    return text.normed() ? trunk.norms().of(g, "text_norm_pre", x) : x;
  }

  private Value logits(GraphBuilder g, Value rows) {
    int width = config().textWidth();
    Value x = between(g, "out_proj", rows, width);
    Initializer normal = new Initializer.Normal(DEVIATION);
    return Layers.linear(g, "lm_head", x, vocabularySize(), false, normal);
  }

  /** Returns a projection to another width; to the same, there is none. */
  private static Value between(GraphBuilder g, String name, Value x, int width) {
    return x.shape().size(-1) == width
        ? x
        : Layers.linear(g, name, x, width, true, new Initializer.Normal(DEVIATION));
  }

  @Override
  public Map<String, String> copies() {
    if (names.adapter().isEmpty()) {
      return Map.of();
    }
    GraphBuilder g = new GraphBuilder("patches");
    Dim places = Dim.LENGTH;
    encode(
        g,
        new Patches(
            g.input("patches", DataType.FLOAT32, Dim.BATCH, places, Dim.of(prefix.numbers())),
            g.input("coordinates", DataType.INT64, Dim.BATCH, places, Dim.of(2)),
            g.input("valid", DataType.BOOL, Dim.BATCH, places)));
    Map<String, String> copies = new LinkedHashMap<>();
    g.build().parameters().stream()
        .map(parameter -> parameter.name())
        .filter(name -> !name.startsWith(names.adapter() + "."))
        .forEach(name -> copies.put(names.adapter() + "." + name, name));
    return copies;
  }
}
