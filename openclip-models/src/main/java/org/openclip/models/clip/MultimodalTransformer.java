package org.openclip.models.clip;

import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.DecoderContext;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * CoCa's decoder of captions (Yu et al. 2022, arXiv 2205.01917): causal blocks over the text, each
 * followed by one whose queries attend to the picture.
 */
final class MultimodalTransformer implements MultimodalDecoder {
  private static final double MLP_RATIO = 4;

  private final BlockConfig blocks;
  private final int vocabularySize;
  private final int contextLength;

  MultimodalTransformer(DecoderContext context) {
    ConfigReader reader = new ConfigReader("multimodal_cfg", context.config());
    // The reference reads none of these: the text tower says how many tokens there are, the image
    // tower how its sequence is pooled.
    reader.ignore(
        "encoder",
        "vocab_size",
        "dim_head",
        "n_queries",
        "attn_pooler_heads",
        "embed_cls",
        "output_tokens");
    if (reader.number("mlp_ratio", MLP_RATIO) != MLP_RATIO) {
      throw new InvalidConfigException(
          reader.at("mlp_ratio"), "is " + reader.value("mlp_ratio") + ", but must be 4");
    }
    blocks =
        BlockConfig.of(
            reader,
            reader.integer("width", 512),
            reader.integer("layers", 12),
            reader.integer("heads", 8),
            context.quickGelu());
    contextLength = reader.integer("context_length", 77);
    BlockConfig.positive(reader, "context_length", contextLength);
    reader.finish();
    ConfigReader text = new ConfigReader("text_cfg", context.textConfig());
    vocabularySize = text.integer("vocab_size", TextTransformer.VOCABULARY_SIZE);
    BlockConfig.positive(text, "vocab_size", vocabularySize);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public Value decode(GraphBuilder g, Value imageTokens, Value textTokens) {
    Transformer transformer =
        new Transformer(blocks, Transformer.Weighting.scaled(blocks.width(), blocks.layers()));
    Value x = textTokens;
    for (int i = 0; i < blocks.layers(); i++) {
      x = transformer.selfBlock(g.scope("resblocks." + i), x, null, true);
      x = transformer.crossBlock(g.scope("cross_attn." + i), x, imageTokens);
    }
    Initializer normal = new Initializer.Normal(Math.pow(blocks.width(), -0.5));
    Value last = Layers.layerNorm(g, "ln_final", x, blocks.epsilon());
    return g.matMul(last, g.parameter("text_projection", normal, blocks.width(), vocabularySize));
  }
}
