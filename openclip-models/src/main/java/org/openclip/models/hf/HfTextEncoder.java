package org.openclip.models.hf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Padding;

/**
 * OpenCLIP's adapter of Hugging Face's text models: a trunk, a pooling, and a projection. Padding
 * is told by its id alone.
 */
final class HfTextEncoder implements TextEncoder {
  /** The trunks by {@code model_type}. */
  private static final Map<String, Function<ConfigReader, HfTrunk>> TRUNKS =
      new TreeMap<>(
          Map.of(
              "bert", Bert::bert,
              "roberta", Bert::roberta,
              "xlm-roberta", Bert::roberta,
              "mt5", T5Encoder::new,
              "m2m_100", M2m100Encoder::new,
              "modernbert", ModernBert::new,
              "nomic_bert", NomicBert::new));

  /** The poolings of model types that are told of none, where that is not the mean. */
  private static final Map<String, String> OWN_POOLER =
      Map.of("bert", "cls_pooler", "m2m_100", "cls_pooler");

  private static final List<String> POOLERS =
      List.of(
          "mean_pooler",
          "max_pooler",
          "cls_pooler",
          "cls_last_hidden_state_pooler",
          "mean_norm_pooler");

  private final int contextLength;
  private final int embedDim;
  private final HfTrunk trunk;
  private final String pooler;
  private final boolean poolingLayer;
  private final String projection;

  HfTextEncoder(EncoderContext context) {
    ConfigReader reader = new ConfigReader("text_cfg", context.config());
    // What belongs to the tokenizer, to a decoder of captions, or to towers that are not HF's.
    reader.ignore(
        "encoder",
        "text_arch",
        "hf_tokenizer_name",
        "hf_model_pretrained",
        "tokenizer_mode",
        "tokenizer_kwargs",
        "tokenizer_type",
        "variable_text",
        "pad_id",
        "bos_id",
        "eos_id",
        "vocab_size",
        "width",
        "heads",
        "layers",
        "output_tokens");
    contextLength = reader.positive("context_length", 77);
    embedDim = context.embedDim();
    Map<String, Object> hub = HubConfigs.of(reader);
    ConfigReader options = new ConfigReader(reader.at("hf_model_config"), hub);
    options.ignore(
        "is_encoder_decoder", "bos_token_id", "eos_token_id", "initializer_range", "init_std");
    String type = options.choice("model_type", "", List.copyOf(TRUNKS.keySet()));
    boolean untold = isNull(context, "hf_pooler_type");
    pooler =
        reader.choice(
            "hf_pooler_type",
            untold ? OWN_POOLER.getOrDefault(type, "mean_pooler") : "mean_pooler",
            POOLERS);
    // The reference builds the layer only for those that ask for its pooler by name.
    poolingLayer = pooler.equals("cls_pooler") && !untold;
    projection =
        reader.choice(
            "hf_proj_type",
            isNull(context, "hf_proj_type") ? "none" : "mlp",
            List.of("linear", "mlp", "none", "clap_mlp"));
    reader.finish();
    trunk = TRUNKS.getOrDefault(type, Bert::bert).apply(options);
    options.finish();
    if (contextLength > trunk.facts().longest()) {
      throw new InvalidConfigException(
          reader.at("context_length"),
          "is %s, but the model has only %s position embeddings"
              .formatted(contextLength, trunk.facts().longest()));
    }
  }

  private static boolean isNull(EncoderContext context, String key) {
    return context.config().containsKey(key) && context.config().get(key) == null;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int measuredLength() {
    int positions = trunk.facts().positions();
    return positions == HfTrunk.ENDLESS ? contextLength : positions;
  }

  @Override
  public int vocabularySize() {
    return trunk.facts().vocabularySize();
  }

  @Override
  public boolean variableLength() {
    return true;
  }

  @Override
  public int usedLength(long[] tokens) {
    return Padding.length(tokens, trunk.facts().padId());
  }

  @Override
  public Encoded encode(GraphBuilder g, Value tokens) {
    Padding padding = Padding.of(g, tokens, trunk.facts().padId());
    GraphBuilder transformer = g.scope("transformer");
    Value sequence = trunk.encode(transformer, tokens, padding, contextLength);
    Value features = project(g, pool(transformer, sequence, padding));
    Value others =
        pooler.equals("cls_pooler")
            ? g.slice(sequence, 1, Dim.of(1), sequence.shape().dim(1))
            : sequence;
    return new Encoded(features, others);
  }

  /** A norm behind the last block belongs to none, as in the reference. */
  @Override
  public List<LayerGroup> layerGroups(boolean poolerInHead) {
    HfTrunk.Blocks blocks = trunk.blocks();
    String pooling = "transformer\\.pooler\\..*";
    String head = "proj\\..*";
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(
        LayerGroup.of(LayerGroup.EMBEDDINGS, "transformer\\." + blocks.embeddings() + "\\..*"));
    groups.addAll(LayerGroup.blocks("transformer." + blocks.scope(), blocks.count()));
    if (!poolerInHead) {
      groups.add(LayerGroup.of("pooler", pooling));
    }
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, poolerInHead ? head + "|" + pooling : head));
    return groups;
  }

  private Value pool(GraphBuilder g, Value sequence, Padding padding) {
    return switch (pooler) {
      case "mean_pooler" -> padding.mean(g, sequence);
      case "max_pooler" -> padding.max(g, sequence);
      case "mean_norm_pooler" ->
          // Nomic's, without parameters.
          g.add(new LayerNorm(padding.mean(g, sequence), null, null, 1e-5));
      default -> {
        Value first = g.select(sequence, 1, Dim.of(0));
        @Nullable Value pooled = poolingLayer ? trunk.pool(g, first) : null;
        yield pooled == null ? first : pooled;
      }
    };
  }

  private Value project(GraphBuilder g, Value pooled) {
    long width = trunk.facts().width();
    long between = (width + embedDim) / 2;
    GraphBuilder mlp = g.scope("proj");
    return switch (projection) {
      case "linear" -> Layers.linear(g, "proj", pooled, embedDim, false, Layers.uniform(width));
      case "mlp" -> {
        Value hidden = Layers.linear(mlp, "0", pooled, between, false, Layers.uniform(width));
        Value active = g.gelu(hidden, GeluForm.ERF);
        yield Layers.linear(mlp, "2", active, embedDim, false, Layers.uniform(between));
      }
      case "clap_mlp" -> {
        Value hidden = Layers.linear(mlp, "0", pooled, embedDim);
        yield Layers.linear(mlp, "2", g.unary(hidden, UnaryFunction.RELU), embedDim);
      }
      default -> pooled;
    };
  }
}
