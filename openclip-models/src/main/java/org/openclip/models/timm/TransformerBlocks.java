package org.openclip.models.timm;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * The residual attention blocks of timm's vision transformers, {@code blocks.0} and on (Dosovitskiy
 * et al. 2020, arXiv 2010.11929), with the variations that EVA and NaFlex brought.
 *
 * @param width the width of the sequence
 * @param depth the number of blocks
 * @param heads the number of attention heads; divides the width
 * @param hidden the width inside the perceptron; of a gated one, the width after the gate
 * @param epsilon what layer norms add to the variance
 * @param projection how queries, keys and values are projected
 * @param gated whether a sigmoid gate follows the attention (Qiu et al. 2025, arXiv 2505.06708)
 * @param perceptron the form of the perceptron
 * @param gelu the activation of a plain perceptron
 * @param normContext whether the heads' result passes a layer norm before its projection
 * @param normHidden whether the perceptron's hidden layer passes a layer norm
 * @param postNorm whether each branch is normalised at its end rather than at its beginning
 * @param layerScale the initial factor of each branch (Touvron et al. 2021, arXiv 2103.17239); null
 *     for none
 * @param layerScaleNames the names of both branches' factors
 * @param smallerByDepth whether the last matrices of both branches are drawn smaller the deeper
 *     their block is, by the square root of twice its number from 1
 * @param dropPath the rate at which the last block's branches are dropped in training; it grows
 *     linearly from 0 at the first
 */
record TransformerBlocks(
    int width,
    int depth,
    int heads,
    int hidden,
    double epsilon,
    Projection projection,
    boolean gated,
    Perceptron perceptron,
    GeluForm gelu,
    boolean normContext,
    boolean normHidden,
    boolean postNorm,
    @Nullable Double layerScale,
    List<String> layerScaleNames,
    boolean smallerByDepth,
    double dropPath) {
  /** How a sequence becomes queries, keys and values. */
  enum Projection {
    /** One matrix {@code qkv} with a bias. */
    FUSED,
    /** One matrix {@code qkv} without a bias. */
    FUSED_NO_BIAS,
    /** One matrix {@code qkv}, and biases {@code q_bias} and {@code v_bias}. */
    FUSED_NO_KEY_BIAS,
    /** Three matrices, of which {@code k_proj} has no bias. */
    SEPARATE_NO_KEY_BIAS
  }

  /** What follows the attention. */
  enum Perceptron {
    /** Two layers with GELU between. */
    GELU,
    /** SwiGLU (Shazeer 2020, arXiv 2002.05202) with one matrix for gate and value. */
    SWIGLU_PACKED,
    /** SwiGLU with two matrices. */
    SWIGLU,
    /** The same with GELU, behind a layer norm of its own (ViTamin). */
    GEGLU
  }

  /** The standard deviation of new matrices. */
  static final double DEVIATION = 0.02;

  /** The names of the layer scales of timm's ViT. */
  static final List<String> VIT_LAYER_SCALES = List.of("ls1.gamma", "ls2.gamma");

  /** The names of the layer scales of EVA. */
  static final List<String> EVA_LAYER_SCALES = List.of("gamma_1", "gamma_2");

  /** What the attention of one block knows about positions. */
  interface Positions {
    /** No positions beyond those in the sequence. */
    Positions NONE = new Positions() {};

    /** Returns positions that turn queries and keys. */
    static Positions turned(UnaryOperator<Value> rotation) {
      return new Positions() {
        @Override
        public Value rotate(Value x) {
          return rotation.apply(x);
        }
      };
    }

    /** Returns no positions, and a mask for all blocks. */
    static Positions masked(Value mask) {
      return masked(x -> x, mask);
    }

    /** Returns positions that turn queries and keys, and a mask for all blocks. */
    static Positions masked(UnaryOperator<Value> rotation, Value mask) {
      return new Positions() {
        @Override
        public Value rotate(Value x) {
          return rotation.apply(x);
        }

        @Override
        public Value bias(GraphBuilder attention) {
          return mask;
        }
      };
    }

    /** Returns queries or keys, {@code [batch, rows, width]}, with positions turned into them. */
    default Value rotate(Value x) {
      return x;
    }

    /** Returns what is added to the scores, {@code [1, heads, rows, rows]}, or null. */
    default @Nullable Value bias(GraphBuilder attention) {
      return null;
    }
  }

  /** Writes all blocks for {@code [batch, rows, width]}. */
  Value encode(GraphBuilder g, Value sequence, Positions positions) {
    Value x = sequence;
    for (int i = 0; i < depth; i++) {
      x = block(g.scope("blocks." + i), x, positions, i);
    }
    return x;
  }

  private double dropPath(int block) {
    return depth == 1 ? 0 : dropPath * block / (depth - 1);
  }

  private Value block(GraphBuilder g, Value x, Positions positions, int number) {
    double drop = dropPath(number);
    double last = smallerByDepth ? DEVIATION / Math.sqrt(2.0 * (number + 1)) : DEVIATION;
    Value attended = attention(g.scope("attn"), before(g, "norm1", x), positions, last);
    attended = scaled(g, 0, after(g, "norm1", attended));
    Value between = g.plus(x, g.dropPath(attended, drop));
    Value computed = perceptron(g.scope("mlp"), before(g, "norm2", between), last);
    computed = scaled(g, 1, after(g, "norm2", computed));
    return g.plus(between, g.dropPath(computed, drop));
  }

  private Value before(GraphBuilder g, String norm, Value x) {
    return postNorm ? x : Layers.layerNorm(g, norm, x, epsilon);
  }

  private Value after(GraphBuilder g, String norm, Value branch) {
    return postNorm ? Layers.layerNorm(g, norm, branch, epsilon) : branch;
  }

  private Value scaled(GraphBuilder g, int branch, Value x) {
    return layerScale == null
        ? x
        : Layers.layerScale(g, layerScaleNames.get(branch), x, layerScale);
  }

  private Value attention(GraphBuilder g, Value x, Positions positions, double last) {
    List<Value> parts = project(g, x);
    Value context =
        g.attention(
            positions.rotate(parts.get(0)),
            positions.rotate(parts.get(1)),
            parts.get(2),
            positions.bias(g),
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    if (normContext) {
      context = Layers.layerNorm(g, "norm", context, epsilon);
    }
    if (gated) {
      Value gate = linear(g, "gate", x, width, projection != Projection.FUSED_NO_BIAS);
      context = g.times(context, g.unary(gate, UnaryFunction.SIGMOID));
    }
    return linear(g, "proj", context, width, true, last);
  }

  private List<Value> project(GraphBuilder g, Value x) {
    return switch (projection) {
      case FUSED -> g.split(linear(g, "qkv", x, 3L * width, true), -1, 3);
      case FUSED_NO_BIAS -> g.split(linear(g, "qkv", x, 3L * width, false), -1, 3);
      case FUSED_NO_KEY_BIAS -> {
        Value queryBias = g.parameter("q_bias", Initializer.ZEROS, width);
        Value valueBias = g.parameter("v_bias", Initializer.ZEROS, width);
        List<Value> parts = g.split(linear(g, "qkv", x, 3L * width, false), -1, 3);
        yield List.of(
            g.plus(parts.get(0), queryBias), parts.get(1), g.plus(parts.get(2), valueBias));
      }
      case SEPARATE_NO_KEY_BIAS ->
          List.of(
              linear(g, "q_proj", x, width, true),
              linear(g, "k_proj", x, width, false),
              linear(g, "v_proj", x, width, true));
    };
  }

  private Value perceptron(GraphBuilder g, Value x, double last) {
    Value inner =
        switch (perceptron) {
          case GELU -> g.gelu(linear(g, "fc1", x, hidden, true), gelu);
          case SWIGLU_PACKED -> {
            List<Value> halves = g.split(linear(g, "fc1", x, 2L * hidden, true), -1, 2);
            yield g.times(g.unary(halves.get(0), UnaryFunction.SILU), halves.get(1));
          }
          case SWIGLU -> {
            Value gate = g.unary(linear(g, "fc1_g", x, hidden, true), UnaryFunction.SILU);
            yield g.times(gate, linear(g, "fc1_x", x, hidden, true));
          }
          case GEGLU -> {
            Value normed = Layers.layerNorm(g, "norm", x, epsilon);
            Value gate = g.gelu(linear(g, "w0", normed, hidden, true), gelu);
            yield g.times(gate, linear(g, "w1", normed, hidden, true));
          }
        };
    if (normHidden) {
      inner = Layers.layerNorm(g, "norm", inner, epsilon);
    }
    return linear(g, perceptron == Perceptron.GEGLU ? "w2" : "fc2", inner, width, true, last);
  }

  /** A linear layer that is drawn as timm's transformers draw theirs. */
  static Value linear(GraphBuilder g, String name, Value x, long out, boolean bias) {
    return linear(g, name, x, out, bias, DEVIATION);
  }

  /** A linear layer whose matrix is drawn with another standard deviation. */
  static Value linear(
      GraphBuilder g, String name, Value x, long out, boolean bias, double deviation) {
    GraphBuilder scope = g.scope(name);
    return g.linear(
        x,
        scope.parameter("weight", new Initializer.Normal(deviation), out, x.shape().size(-1)),
        bias ? scope.parameter("bias", Initializer.ZEROS, out) : null);
  }
}
