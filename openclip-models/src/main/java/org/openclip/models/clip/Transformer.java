package org.openclip.models.clip;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * A stack of residual attention blocks, {@code resblocks.0} to {@code resblocks.N}: layer norm and
 * attention, layer norm and perceptron, each added to the sequence {@code [batch, length, width]}.
 */
record Transformer(BlockConfig config, Weighting weighting) {
  /** The largest logit scale of cosine attention: a temperature of 0.01. */
  private static final double LOGIT_SCALE_MAX = Math.log(1 / 0.01);

  /**
   * How the matrices are drawn before training.
   *
   * @param attention of the input projection
   * @param projection of both projections back into the sequence; null for PyTorch's default
   * @param hidden of the perceptron's hidden layer; null for PyTorch's default
   */
  record Weighting(
      Initializer attention, @Nullable Initializer projection, @Nullable Initializer hidden) {
    /** Xavier for the attention and PyTorch's defaults, as the vision tower is drawn. */
    static Weighting plain(int width) {
      return new Weighting(new Initializer.Uniform(Math.sqrt(6.0 / (4.0 * width))), null, null);
    }

    /** Normal distributions that keep the variance over depth, as OpenAI drew the text tower. */
    static Weighting scaled(int width, int layers) {
      double attention = Math.pow(width, -0.5);
      return new Weighting(
          new Initializer.Normal(attention),
          new Initializer.Normal(attention * Math.pow(2.0 * layers, -0.5)),
          new Initializer.Normal(Math.pow(2.0 * width, -0.5)));
    }
  }

  /** Writes all blocks and returns the whole sequence. */
  Value encode(GraphBuilder graph, Value sequence, @Nullable Value mask, boolean causal) {
    Value x = sequence;
    for (int i = 0; i < config.layers(); i++) {
      x = selfBlock(graph.scope("resblocks." + i), x, mask, causal);
    }
    return x;
  }

  /** Writes one block. */
  Value selfBlock(GraphBuilder g, Value x, @Nullable Value mask, boolean causal) {
    Value normed = Layers.layerNorm(g, "ln_1", x, config.epsilon());
    return block(g, x, attention(g.scope("attn"), normed, normed, mask, causal));
  }

  /** Writes one block whose queries see another sequence in place of their own. */
  Value crossBlock(GraphBuilder g, Value x, Value other) {
    Value normed = Layers.layerNorm(g, "ln_1", x, config.epsilon());
    Value context = Layers.layerNorm(g, "ln_1_kv", other, config.epsilon());
    return block(g, x, attention(g.scope("attn"), normed, context, null, false));
  }

  /** Writes what follows the attention of a block. */
  private Value block(GraphBuilder g, Value x, Value attention) {
    Value attended =
        config.scaleAttention()
            ? Layers.layerNorm(g, "ln_attn", attention, config.epsilon())
            : attention;
    Value between = g.plus(x, scaled(g, "ls_1.gamma", attended));
    Value hidden = Layers.layerNorm(g, "ln_2", between, config.epsilon());
    return g.plus(between, scaled(g, "ls_2.gamma", perceptron(g.scope("mlp"), hidden)));
  }

  private Value scaled(GraphBuilder g, String name, Value branch) {
    Double initial = config.layerScale();
    return initial == null ? branch : Layers.layerScale(g, name, branch, initial);
  }

  private Value perceptron(GraphBuilder g, Value x) {
    Value hidden =
        Layers.linear(
            g, "c_fc", x, config.mlpWidth(), true, or(weighting.hidden(), config.width()));
    hidden = g.gelu(hidden, config.gelu());
    if (config.scaleHidden()) {
      hidden = Layers.layerNorm(g, "ln", hidden, config.epsilon());
    }
    return Layers.linear(
        g, "c_proj", hidden, config.width(), true, or(weighting.projection(), config.mlpWidth()));
  }

  private static Initializer or(@Nullable Initializer initializer, int fanIn) {
    return initializer == null ? Layers.uniform(fanIn) : initializer;
  }

  private Value attention(
      GraphBuilder g, Value x, Value context, @Nullable Value mask, boolean causal) {
    int width = config.width();
    Value weight = g.parameter("in_proj_weight", weighting.attention(), 3L * width, width);
    Value bias = g.parameter("in_proj_bias", Initializer.ZEROS, 3L * width);
    Value q;
    Value k;
    Value v;
    if (x.equals(context)) {
      List<Value> parts = g.split(g.linear(x, weight, bias), -1, 3);
      q = parts.get(0);
      k = parts.get(1);
      v = parts.get(2);
    } else {
      q = g.linear(x, g.slice(weight, 0, 0, width), g.slice(bias, 0, 0, width));
      Value keysAndValues =
          g.linear(
              context, g.slice(weight, 0, width, 3L * width), g.slice(bias, 0, width, 3L * width));
      List<Value> parts = g.split(keysAndValues, -1, 2);
      k = parts.get(0);
      v = parts.get(1);
    }
    double scale = 1 / Math.sqrt(config.headWidth());
    if (config.scaledCosine()) {
      q = perHead(g, q, h -> g.times(g.l2Normalize(h), temperature(g)));
      k = perHead(g, k, g::l2Normalize);
      scale = 1;
    } else if (config.qkNorm()) {
      q = perHead(g, q, h -> Layers.layerNorm(g, "ln_q", h, config.epsilon()));
      k = perHead(g, k, h -> Layers.layerNorm(g, "ln_k", h, config.epsilon()));
    }
    Value result = g.attention(q, k, v, mask, causal, config.heads(), scale);
    if (config.scaleHeads()) {
      Value factors = g.parameter("head_scale", Initializer.ONES, config.heads(), 1, 1);
      Value column = g.reshape(factors, Dim.of(config.heads()), Dim.of(1));
      result = perHead(g, result, h -> g.times(h, column));
    }
    if (config.scaleInner()) {
      result = Layers.layerNorm(g, "ln_inner", result, config.epsilon());
    }
    GraphBuilder out = g.scope("out_proj");
    return g.linear(
        result,
        out.parameter("weight", or(weighting.projection(), width), width, width),
        out.parameter("bias", Initializer.ZEROS, width));
  }

  /** Returns the factor of each head's cosines, {@code [heads, 1]}. */
  private Value temperature(GraphBuilder g) {
    Value logarithm =
        g.parameter("logit_scale", new Initializer.Constant(Math.log(10)), config.heads(), 1, 1);
    Value bounded = g.clamp(logarithm, Double.NEGATIVE_INFINITY, LOGIT_SCALE_MAX);
    return g.reshape(g.unary(bounded, UnaryFunction.EXP), Dim.of(config.heads()), Dim.of(1));
  }

  /** A function of a head's vector, for a view {@code [batch, length, heads, headWidth]}. */
  private interface HeadFunction {
    Value of(Value heads);
  }

  private Value perHead(GraphBuilder g, Value x, HeadFunction function) {
    Dim batch = x.shape().dim(0);
    Dim length = x.shape().dim(1);
    Value heads = g.reshape(x, batch, length, Dim.of(config.heads()), Dim.of(config.headWidth()));
    return g.reshape(function.of(heads), batch, length, Dim.of(config.width()));
  }
}
