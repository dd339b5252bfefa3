package org.openclip.models.clip;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;

/**
 * CLIP's text transformer (Radford et al. 2021, arXiv 2103.00020): token and position embeddings,
 * causal blocks, a layer norm, and the features of one token, most often the end of the text.
 */
final class TextTransformer implements TextEncoder {
  /** The number of tokens of CLIP's own vocabulary. */
  static final int VOCABULARY_SIZE = 49408;

  private final int contextLength;
  private final int vocabularySize;
  private final BlockConfig blocks;
  private final int embedDim;
  private final boolean classEmbedding;
  private final long padId;
  private final long endId;
  private final boolean causal;
  private final String pool;
  private final boolean projected;
  private final boolean projectionBias;
  private final boolean outputTokens;

  TextTransformer(EncoderContext context) {
    ConfigReader reader = new ConfigReader("text_cfg", context.config());
    // What belongs to the tokenizer, to HF towers (which have an hf_model_name), or is read by no
    // tower of the reference (final_ln_after_pool).
    reader.ignore(
        "encoder",
        "text_arch",
        "hf_model_name",
        "hf_tokenizer_name",
        "hf_model_pretrained",
        "hf_proj_type",
        "hf_pooler_type",
        "tokenizer_mode",
        "tokenizer_kwargs",
        "tokenizer_type",
        "tiktoken_name",
        "bos_id",
        "variable_text",
        "final_ln_after_pool");
    contextLength = reader.integer("context_length", 77);
    vocabularySize = reader.integer("vocab_size", VOCABULARY_SIZE);
    BlockConfig.positive(reader, "context_length", contextLength);
    BlockConfig.positive(reader, "vocab_size", vocabularySize);
    blocks =
        BlockConfig.of(
            reader,
            reader.integer("width", 512),
            reader.integer("layers", 12),
            reader.integer("heads", 8),
            context.quickGelu());
    embedDim = context.embedDim();
    classEmbedding = reader.bool("embed_cls", false);
    padId = reader.integer("pad_id", 0);
    causal = !reader.bool("no_causal_mask", false);
    pool = reader.choice("pool_type", "argmax", List.of("argmax", "first", "last", "eos", "none"));
    if (pool.equals("eos") && !reader.has("eos_id")) {
      throw new InvalidConfigException(
          reader.at("eos_id"), "is missing; pool_type eos needs the tokenizer's end-of-text id");
    }
    endId = reader.integer("eos_id", -1);
    projected = reader.choice("proj_type", "linear", List.of("linear", "none")).equals("linear");
    projectionBias = reader.bool("proj_bias", false);
    outputTokens = reader.bool("output_tokens", false);
    reader.finish();
    if (classEmbedding && !context.customText()) {
      throw new InvalidConfigException(
          reader.at("embed_cls"), "needs custom_text: true in the model's configuration");
    }
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public boolean variableLength() {
    boolean movable = pool.equals("argmax") || pool.equals("eos") || pool.equals("first");
    return causal && !classEmbedding && movable && !outputTokens;
  }

  @Override
  public int usedLength(long[] tokens) {
    return pooledPosition(tokens) + 1;
  }

  private int pooledPosition(long[] tokens) {
    int best = 0;
    for (int i = 0; i < tokens.length && !pool.equals("first"); i++) {
      if (pool.equals("eos") && tokens[i] == endId) {
        return i;
      }
      if (pool.equals("argmax") && tokens[i] > tokens[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value tokens) {
    Value x = embed(g, tokens);
    Transformer transformer =
        new Transformer(blocks, Transformer.Weighting.scaled(blocks.width(), blocks.layers()));
    GraphBuilder scope = g.scope("transformer");
    if (classEmbedding) {
      return withClassToken(g, transformer.encode(scope, x, hidePadding(g, tokens), causal));
    }
    Value sequence = norm(g, transformer.encode(scope, x, null, causal));
    return new Encoded(project(g, pool(g, sequence, tokens)), outputTokens ? sequence : null);
  }

  /** Returns token and position embeddings, {@code [batch, length, width]}. */
  private Value embed(GraphBuilder g, Value tokens) {
    int width = blocks.width();
    Value table =
        g.scope("token_embedding")
            .parameter("weight", new Initializer.Normal(0.02), vocabularySize, width);
    Value x = g.embedding(table, tokens);
    int positions = contextLength;
    if (classEmbedding) {
      positions++;
      Value token = g.parameter("cls_emb", new Initializer.Normal(0.01), width);
      x = g.concat(1, x, g.broadcast(token, Dim.BATCH, Dim.of(1), Dim.of(width)));
    }
    Value table2 =
        g.parameter("positional_embedding", new Initializer.Normal(0.01), positions, width);
    return g.plus(x, g.slice(table2, 0, Dim.of(0), x.shape().dim(1)));
  }

  /**
   * Returns the mask of the published CoCa models, {@code [batch, 1, 1, 1 + length]}: it hides the
   * padding one place too far right, as the class token comes last but is counted first. Weights
   * were trained with it, so it stays.
   */
  private Value hidePadding(GraphBuilder g, Value tokens) {
    Value padding = g.compare(tokens, g.integer(padId), Relation.EQUAL);
    Value hidden = g.choose(padding, g.constant(Double.NEGATIVE_INFINITY), g.constant(0));
    Value shifted = g.add(new LayoutOp.Pad(hidden, List.of(0, 1), List.of(0, 0), 0));
    return g.reshape(shifted, Dim.BATCH, Dim.of(1), Dim.of(1), shifted.shape().dim(1));
  }

  private Encoded withClassToken(GraphBuilder g, Value sequence) {
    Dim last = sequence.shape().dim(1).plus(-1);
    Value token = norm(g, g.select(sequence, 1, last));
    return new Encoded(project(g, token), g.slice(sequence, 1, Dim.of(0), last));
  }

  /** Returns the token that stands for each text, {@code [batch, width]}. */
  private Value pool(GraphBuilder g, Value sequence, Value tokens) {
    return switch (pool) {
      case "argmax" -> g.pick(sequence, g.argMax(tokens, 1));
      case "eos" -> {
        Value ends = g.compare(tokens, g.integer(endId), Relation.EQUAL);
        yield g.pick(sequence, g.argMax(g.cast(ends, DataType.INT64), 1));
      }
      case "first" -> g.select(sequence, 1, Dim.of(0));
      case "last" -> g.select(sequence, 1, sequence.shape().dim(1).plus(-1));
      default -> sequence;
    };
  }

  private Value norm(GraphBuilder g, Value x) {
    return Layers.layerNorm(g, "ln_final", x, blocks.epsilon());
  }

  private Value project(GraphBuilder g, Value features) {
    if (!projected) {
      return features;
    }
    Initializer normal = new Initializer.Normal(Math.pow(blocks.width(), -0.5));
    if (projectionBias) {
      GraphBuilder scope = g.scope("text_projection");
      return g.linear(
          features,
          scope.parameter("weight", normal, embedDim, blocks.width()),
          scope.parameter("bias", Initializer.ZEROS, embedDim));
    }
    return g.matMul(features, g.parameter("text_projection", normal, blocks.width(), embedDim));
  }

  @Override
  public List<LayerGroup> layerGroups(boolean poolerInHead) {
    String first = "token_embedding\\..*|positional_embedding|cls_emb";
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, first));
    groups.addAll(LayerGroup.blocks("transformer.resblocks", blocks.layers(), "ln_final\\..*"));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "text_projection(\\..*)?"));
    return groups;
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return PositionalEmbeddings.fitLine(
        weights, prefix + "positional_embedding", contextLength, classEmbedding ? 1 : 0);
  }
}
