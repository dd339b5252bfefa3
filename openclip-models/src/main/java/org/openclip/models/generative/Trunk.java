package org.openclip.models.generative;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Rotary;

/**
 * GenLIP's transformer (arXiv 2605.00809). Patches see all patches; a token sees all patches and
 * the tokens before it. The patches are computed as a sequence of their own, so that their keys and
 * values can be kept while a text grows.
 */
record Trunk(TrunkConfig config, Norms norms) {
  static Trunk of(TrunkConfig config) {
    return new Trunk(config, new Norms(config.rmsNorm(), config.epsilon()));
  }

  /**
   * A sequence on its way through the blocks.
   *
   * @param rows {@code [batch, length, width]}
   * @param rotary its positions
   * @param mask what is added to the scores of its queries
   */
  record Stream(Value rows, Rotary rotary, Value mask) {
    Stream with(Value others) {
      return new Stream(others, rotary, mask);
    }
  }

  /** The sequences of patches and of tokens; without tokens, null. */
  record Streams(Stream patches, @Nullable Stream tokens) {}

  /** The queries, keys, values and gate of a sequence in one block. */
  private record Parts(Value query, Value key, Value value, @Nullable Value gate) {}

  /** Writes the blocks and the last norm; {@code g} is in the scope of the transformer. */
  Streams encode(GraphBuilder g, Streams streams) {
    Streams x = streams;
    for (int i = 0; i < config.depth(); i++) {
      x = block(g.scope("layers." + i), x);
    }
    Stream tokens = x.tokens();
    return new Streams(
        x.patches().with(norms.of(g, "ln_post", x.patches().rows())),
        tokens == null ? null : tokens.with(norms.of(g, "ln_post", tokens.rows())));
  }

  private Streams block(GraphBuilder g, Streams x) {
    Stream patches = x.patches();
    Parts seen = parts(g, patches);
    Value mixed = attention(g, seen, seen.key(), seen.value(), patches.mask(), false);
    Stream after = patches.with(finish(g, patches.rows(), mixed));
    Stream tokens = x.tokens();
    if (tokens == null) {
      return new Streams(after, null);
    }
    Parts own = parts(g, tokens);
    Value keys = g.concat(1, seen.key(), own.key());
    Value values = g.concat(1, seen.value(), own.value());
    Value written = attention(g, own, keys, values, tokens.mask(), true);
    return new Streams(after, tokens.with(finish(g, tokens.rows(), written)));
  }

  private Parts parts(GraphBuilder g, Stream stream) {
    GraphBuilder attention = g.scope("self_attn");
    Value x = norms.of(g, "layer_norm1", stream.rows());
    int width = config.width();
    boolean bias = config.attentionBias();
    Value query = linear(attention, "q_proj", x, config.gated() ? 2L * width : width, bias);
    Value gate = config.gated() ? g.slice(query, 2, width, 2L * width) : null;
    query = config.gated() ? g.slice(query, 2, 0, width) : query;
    Value key = linear(attention, "k_proj", x, width, bias);
    return new Parts(
        stream.rotary().turn(g, headNorm(attention, "q_norm", query)),
        stream.rotary().turn(g, headNorm(attention, "k_norm", key)),
        linear(attention, "v_proj", x, width, bias),
        gate);
  }

  private Value headNorm(GraphBuilder g, String name, Value x) {
    if (!config.queryKeyNorm()) {
      return x;
    }
    Dim batch = x.shape().dim(0);
    Dim length = x.shape().dim(1);
    Value perHead = g.reshape(x, batch, length, Dim.of(config.heads()), Dim.of(config.headWidth()));
    return g.reshape(norms.of(g, name, perHead), batch, length, Dim.of(config.width()));
  }

  private Value attention(
      GraphBuilder g, Parts parts, Value keys, Value values, Value mask, boolean causal) {
    Value context =
        g.attention(
            parts.query(),
            keys,
            values,
            mask,
            causal,
            config.heads(),
            1 / Math.sqrt(config.headWidth()));
    Value gate = parts.gate();
    if (gate != null) {
      context = g.times(context, g.unary(gate, UnaryFunction.SIGMOID));
    }
    GraphBuilder attention = g.scope("self_attn");
    return linear(attention, "out_proj", context, config.width(), config.attentionBias());
  }

  /** Returns the rows behind the rest of the block. */
  private Value finish(GraphBuilder g, Value rows, Value attended) {
    double drop = config.dropPath();
    Value between = g.plus(rows, g.dropPath(scaled(g, "layer_scale1", attended), drop));
    Value computed = perceptron(g.scope("mlp"), norms.of(g, "layer_norm2", between));
    return g.plus(between, g.dropPath(scaled(g, "layer_scale2", computed), drop));
  }

  private Value scaled(GraphBuilder g, String name, Value x) {
    return config.layerScale() == 0
        ? x
        : Layers.layerScale(g, name + ".lambda1", x, config.layerScale());
  }

  private Value perceptron(GraphBuilder g, Value x) {
    boolean bias = config.mlpBias();
    Value inner = linear(g, "fc1", x, config.hidden(), bias);
    inner =
        config.swiglu()
            ? g.times(activated(g, linear(g, "gate_fc", x, config.hidden(), bias)), inner)
            : activated(g, inner);
    return linear(g, "fc2", inner, config.width(), bias);
  }

  private Value activated(GraphBuilder g, Value x) {
    return switch (config.activation()) {
      case "gelu" -> g.gelu(x, GeluForm.ERF);
      case "relu" -> g.unary(x, UnaryFunction.RELU);
      default -> g.unary(x, UnaryFunction.SILU);
    };
  }

  /** A linear layer that is drawn with Glorot and Bengio's uniform distribution (2010). */
  private static Value linear(GraphBuilder g, String name, Value x, long out, boolean bias) {
    GraphBuilder scope = g.scope(name);
    long in = x.shape().size(-1);
    Initializer glorot = new Initializer.Uniform(Math.sqrt(6.0 / (in + out)));
    return g.linear(
        x,
        scope.parameter("weight", glorot, out, in),
        bias ? scope.parameter("bias", Initializer.ZEROS, out) : null);
  }
}
