package org.openclip.models.modern;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.models.attention.Padding;
import org.openclip.models.attention.Rotary;

/**
 * OpenCLIP's modern text transformer, of the parts that language models have settled on: rotary
 * positions (Su et al. 2021, arXiv 2104.09864), RMS norms (Zhang and Sennrich 2019, arXiv
 * 1910.07467) and SwiGLU (Shazeer 2020, arXiv 2002.05202), with the options of {@link
 * ModernTextConfig}.
 */
final class ModernTextTransformer implements TextEncoder {
  private final ModernTextConfig config;
  private final int embedDim;

  ModernTextTransformer(EncoderContext context) {
    config = ModernTextConfig.of(new ConfigReader("text_cfg", context.config()));
    embedDim = context.embedDim();
  }

  @Override
  public int contextLength() {
    return config.contextLength();
  }

  @Override
  public int vocabularySize() {
    return config.vocabularySize();
  }

  @Override
  public boolean variableLength() {
    return true;
  }

  @Override
  public int usedLength(long[] tokens) {
    return Padding.length(tokens, config.padId());
  }

  @Override
  public Encoded encode(GraphBuilder g, Value tokens) {
    Padding padding = Padding.of(g, tokens, config.padId());
    Value x = embed(g, tokens);
    Dim length = x.shape().dim(1);
    Sight sight = new Sight(config.causal() ? null : keyMask(g, padding), rotary(g, length));
    @Nullable Value firstValues = null;
    for (int i = 0; i < config.layers(); i++) {
      GraphBuilder block = g.scope("blocks." + i);
      Value normed = norm(block, "norm1", x);
      List<Value> parts = g.split(linear(block, "attn.qkv", normed, 3L * config.width()), -1, 3);
      Value values = mixed(block, parts.get(2), firstValues);
      if (config.valueResidual() && firstValues == null) {
        firstValues = values;
      }
      Value context = attention(block, parts.get(0), parts.get(1), values, sight);
      x = g.plus(x, ended(block, 1, leave(block.scope("attn"), normed, context)));
      x = g.plus(x, ended(block, 2, perceptron(block.scope("mlp"), norm(block, "norm2", x))));
    }
    Value last = norm(g, "ln_final", x);
    Value sequence =
        config.registers() == 0 ? last : g.slice(last, 1, Dim.of(config.registers()), length);
    return new Encoded(project(g, pool(g, sequence, tokens, padding)), sequence);
  }

  @Override
  public List<LayerGroup> layerGroups(boolean poolerInHead) {
    String first = "token_embedding\\..*|reg_tokens|norm_pre\\..*";
    String norm = "ln_final\\..*";
    String pool = "pool\\..*";
    String last = poolerInHead ? norm : norm + "|" + pool;
    String head = "text_projection\\..*";
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, first));
    groups.addAll(LayerGroup.blocks("blocks", config.layers(), last));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, poolerInHead ? head + "|" + pool : head));
    return groups;
  }

  /** What tokens see of each other: a mask, unless they see what is before them, and places. */
  private record Sight(@Nullable Value mask, @Nullable Rotary rotary) {
    Value placed(GraphBuilder g, Value x) {
      return rotary == null ? x : rotary.turn(g, x);
    }
  }

  /** Returns registers and tokens, {@code [batch, registers + length, width]}. */
  private Value embed(GraphBuilder g, Value tokens) {
    Dim width = Dim.of(config.width());
    Value table =
        g.scope("token_embedding")
            .parameter("weight", normal(0.02), config.vocabularySize(), config.width());
    Value x = g.embedding(table, tokens);
    if (config.registers() > 0) {
      Value learnt = g.parameter("reg_tokens", normal(1e-6), 1, config.registers(), config.width());
      x = g.concat(1, g.broadcast(learnt, Dim.BATCH, Dim.of(config.registers()), width), x);
    }
    return config.preNorm() ? norm(g, "norm_pre", x) : x;
  }

  /** Returns the mask that hides padding but no register, {@code [batch, 1, 1, length]}. */
  private Value keyMask(GraphBuilder g, Padding padding) {
    Value mask = padding.keyMask(g);
    if (config.registers() == 0) {
      return mask;
    }
    Dim registers = Dim.of(config.registers());
    Value shown = g.broadcast(g.constant(0), Dim.BATCH, Dim.of(1), Dim.of(1), registers);
    return g.concat(-1, shown, mask);
  }

  private @Nullable Rotary rotary(GraphBuilder g, Dim length) {
    Double temperature = config.ropeTemperature();
    int longest = config.registers() + config.contextLength();
    return temperature == null
        ? null
        : Rotary.of(g, length, longest, config.headWidth(), temperature, Rotary.Pairing.NEIGHBOURS);
  }

  /** Returns the values of a block, mixed with those of the first one. */
  private Value mixed(GraphBuilder block, Value values, @Nullable Value first) {
    if (first == null) {
      return values;
    }
    Value share = block.parameter("attn.vr_lambda", new Initializer.Constant(0.5), 1);
    return block.plus(first, block.times(block.minus(values, first), share));
  }

  private Value attention(
      GraphBuilder block, Value queries, Value keys, Value values, Sight sight) {
    return block.attention(
        sight.placed(block, headNorm(block, "attn.q_norm", queries)),
        sight.placed(block, headNorm(block, "attn.k_norm", keys)),
        values,
        sight.mask(),
        config.causal(),
        config.heads(),
        1 / Math.sqrt(config.headWidth()));
  }

  /** Returns the attention's result, gated by what entered it, on its way out of the branch. */
  private Value leave(GraphBuilder g, Value entered, Value context) {
    Value x = context;
    if (config.gated()) {
      // A bias of 1 starts the gate mostly open.
      @Nullable Initializer bias = config.gateBias() ? Initializer.ONES : null;
      Value gate = linear(g, "gate", entered, config.width(), inward(), bias);
      x = g.times(x, g.unary(gate, UnaryFunction.SIGMOID));
    }
    return linear(g, "proj", x, config.width(), outward(), zeros(config.attentionBias()));
  }

  private Value headNorm(GraphBuilder g, String name, Value x) {
    if (!config.qkNorm()) {
      return x;
    }
    Dim batch = x.shape().dim(0);
    Dim length = x.shape().dim(1);
    Dim heads = Dim.of(config.width() / config.headWidth());
    Value perHead = g.reshape(x, batch, length, heads, Dim.of(config.headWidth()));
    return g.reshape(norm(g, name, perHead), batch, length, x.shape().dim(2));
  }

  private Value perceptron(GraphBuilder g, Value x) {
    double deviation = config.sandwich() ? 0.02 : Math.pow(2.0 * config.width(), -0.5);
    @Nullable Initializer bias = zeros(config.mlpBias());
    if (config.mlp().equals("swiglu")) {
      // A gated product has less variance than GELU's result; the factor makes up for it.
      Initializer hidden = normal(config.sandwich() ? deviation : 1.22 * deviation);
      List<Value> halves = g.split(linear(g, "w12", x, 2L * config.hidden(), hidden, bias), -1, 2);
      Value inner = g.times(halves.get(0), g.unary(halves.get(1), UnaryFunction.SILU));
      return linear(g, "w3", inner, config.width(), outward(), bias);
    }
    Value inner = linear(g, "c_fc", x, config.hidden(), normal(deviation), bias);
    Value active = config.mlp().equals("mlp") ? g.gelu(inner, GeluForm.ERF) : squaredRelu(g, inner);
    return linear(g, "c_proj", active, config.width(), outward(), bias);
  }

  /** Squared ReLU (So et al. 2021, Primer, arXiv 2109.08668). */
  private static Value squaredRelu(GraphBuilder g, Value x) {
    Value positive = g.unary(x, UnaryFunction.RELU);
    return g.times(positive, positive);
  }

  /** Returns a branch with the norm and the layer scale at its end. */
  private Value ended(GraphBuilder g, int number, Value branch) {
    Value x = config.sandwich() ? norm(g, "norm" + number + "_post", branch) : branch;
    Double initial = config.layerScale();
    return initial == null ? x : Layers.layerScale(g, "ls" + number + ".gamma", x, initial);
  }

  private Value pool(GraphBuilder g, Value sequence, Value tokens, Padding padding) {
    return switch (config.pool()) {
      case "mean" -> padding.mean(g, sequence);
      case "map" -> attentionPool(g.scope("pool"), sequence, padding.keyMask(g));
      default -> g.pick(sequence, end(g, tokens, padding));
    };
  }

  /** Returns the first end-of-text token, or the last token of a text without one. */
  private Value end(GraphBuilder g, Value tokens, Padding padding) {
    Value isEnd = g.compare(tokens, g.integer(config.endId()), Relation.EQUAL);
    Value ends = g.cast(isEnd, DataType.INT64);
    Value some = g.compare(g.integer(1), g.reduce(ends, Reduction.SUM, 1), Relation.LESS_OR_EQUAL);
    Value last = g.minus(g.reduce(padding.present(), Reduction.SUM, 1), g.integer(1));
    return g.choose(some, g.argMax(ends, 1), last);
  }

  /** Attention of one learnt query to the text (Lee et al. 2018, Set Transformer, 1810.00825). */
  private Value attentionPool(GraphBuilder g, Value sequence, Value mask) {
    Dim width = Dim.of(config.width());
    @Nullable Initializer bias = zeros(config.attentionBias());
    Value query = g.parameter("query", byWidth(), 1, 1, config.width());
    Value q = headNorm(g, "q_norm", linear(g, "q", query, config.width(), byWidth(), bias));
    Value both = linear(g, "kv", sequence, 2L * config.width(), byWidth(), bias);
    List<Value> keysAndValues = g.split(both, -1, 2);
    Value pooled =
        g.attention(
            g.broadcast(q, Dim.BATCH, Dim.of(1), width),
            headNorm(g, "k_norm", keysAndValues.get(0)),
            keysAndValues.get(1),
            mask,
            false,
            config.heads(),
            1 / Math.sqrt(config.headWidth()));
    return g.select(pooled, 1, Dim.of(0));
  }

  private Value project(GraphBuilder g, Value pooled) {
    return config.projected()
        ? linear(g, "text_projection", pooled, embedDim, byWidth(), zeros(config.projectionBias()))
        : pooled;
  }

  private Value norm(GraphBuilder g, String name, Value x) {
    if (!config.rmsNorm()) {
      return Layers.layerNorm(g, name, x, config.epsilon());
    }
    Value weight = g.scope(name).parameter("weight", Initializer.ONES, x.shape().size(-1));
    return g.rmsNorm(x, weight, config.epsilon());
  }

  private Value linear(GraphBuilder g, String name, Value x, long out) {
    return linear(g, name, x, out, inward(), zeros(config.attentionBias()));
  }

  private static Value linear(
      GraphBuilder g,
      String name,
      Value x,
      long out,
      Initializer weight,
      @Nullable Initializer bias) {
    GraphBuilder scope = g.scope(name);
    return g.linear(
        x,
        scope.parameter("weight", weight, out, x.shape().size(-1)),
        bias == null ? null : scope.parameter("bias", bias, out));
  }

  private static @Nullable Initializer zeros(boolean present) {
    return present ? Initializer.ZEROS : null;
  }

  /** How matrices into a branch are drawn. */
  private Initializer inward() {
    return config.sandwich() ? normal(0.02) : byWidth();
  }

  private Initializer byWidth() {
    return normal(Math.pow(config.width(), -0.5));
  }

  /** How matrices out of a branch are drawn, so that depth keeps the variance. */
  private Initializer outward() {
    if (config.zeroResidual()) {
      return Initializer.ZEROS;
    }
    return config.sandwich()
        ? normal(0.02)
        : normal(Math.pow(config.width(), -0.5) * Math.pow(2.0 * config.layers(), -0.5));
  }

  private static Initializer normal(double deviation) {
    return new Initializer.Normal(deviation);
  }
}
