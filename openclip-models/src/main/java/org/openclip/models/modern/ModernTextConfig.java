package org.openclip.models.modern;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The choices of a modern text transformer: {@code text_cfg} with {@code text_arch: modern}.
 *
 * @param contextLength the number of tokens of a text
 * @param vocabularySize the number of different tokens
 * @param width the width of the sequence
 * @param layers the number of blocks
 * @param heads the number of attention heads; divides the width
 * @param hidden the width inside the perceptron; of a gated one, the width after the gate
 * @param padId the id of padding
 * @param endId the id that ends a text; -1 when no pooling needs it
 * @param pool eos, mean, or map
 * @param causal whether a token sees only those before it
 * @param ropeTemperature the base of the rotary positions' speeds; null for no positions
 * @param mlp swiglu, mlp, or relu2
 * @param rmsNorm whether norms are by the root mean square rather than layer norms
 * @param epsilon what norms add to the variance
 * @param qkNorm whether each head's queries and keys pass a norm (Dehghani et al. 2023, arXiv
 *     2302.05442)
 * @param gated whether a sigmoid gate follows the attention (Qiu et al. 2025, arXiv 2505.06708)
 * @param preNorm whether embeddings pass a norm before the first block
 * @param sandwich whether each branch ends in a norm too (Ding et al. 2021, arXiv 2105.13290)
 * @param zeroResidual whether branches start as zero
 * @param registers learnt tokens before the text (Darcet et al. 2023, arXiv 2309.16588)
 * @param valueResidual whether values are mixed with the first block's (Zhou et al. 2024, arXiv
 *     2410.17897)
 * @param layerScale the initial factor of each branch (Touvron et al. 2021, arXiv 2103.17239); null
 *     for none
 * @param attentionBias whether the attention's projections have biases
 * @param gateBias whether the gate has one
 * @param mlpBias whether the perceptron has biases
 * @param projected whether a projection leads to the joint embedding
 * @param projectionBias whether it has a bias
 */
record ModernTextConfig(
    int contextLength,
    int vocabularySize,
    int width,
    int layers,
    int heads,
    int hidden,
    long padId,
    long endId,
    String pool,
    boolean causal,
    @Nullable Double ropeTemperature,
    String mlp,
    boolean rmsNorm,
    double epsilon,
    boolean qkNorm,
    boolean gated,
    boolean preNorm,
    boolean sandwich,
    boolean zeroResidual,
    int registers,
    boolean valueResidual,
    @Nullable Double layerScale,
    boolean attentionBias,
    boolean gateBias,
    boolean mlpBias,
    boolean projected,
    boolean projectionBias) {
  /** Checks what goes together. */
  ModernTextConfig {
    if (width % heads != 0) {
      throw wrong("width", width + " does not divide into " + heads + " heads");
    }
    if (ropeTemperature != null && width / heads % 2 != 0) {
      throw wrong("pos_embed", "is rope, which needs an even head width, not " + width / heads);
    }
    if (pool.equals("eos") && endId < 0) {
      throw wrong("eos_id", "is missing; pool_type eos needs the tokenizer's end-of-text id");
    }
    if (registers < 0) {
      throw wrong("reg_tokens", "is " + registers + ", but must not be negative");
    }
    if (!(epsilon > 0)) {
      throw wrong("norm_eps", "is " + epsilon + ", but must be positive");
    }
  }

  /** Reads {@code text_cfg}. */
  static ModernTextConfig of(ConfigReader reader) {
    // What belongs to the tokenizer, or is the same for every text.
    reader.ignore(
        "encoder",
        "text_arch",
        "variable_text",
        "bos_id",
        "output_tokens",
        "hf_tokenizer_name",
        "tokenizer_mode",
        "tokenizer_kwargs",
        "tokenizer_type",
        "tiktoken_name");
    int width = reader.positive("width", 512);
    boolean attentionBias = reader.bool("attention_bias", false);
    String pool = reader.choice("pool_type", "argmax", List.of("argmax", "eos", "mean", "map"));
    String positions = reader.choice("pos_embed", "rope", List.of("rope", "none", ""));
    double temperature = reader.number("rope_temperature", 10_000);
    ModernTextConfig config =
        new ModernTextConfig(
            reader.positive("context_length", 77),
            reader.positive("vocab_size", 49408),
            width,
            reader.positive("layers", 12),
            reader.positive("heads", 8),
            (int) (width * reader.number("mlp_ratio", 4)),
            reader.integer("pad_id", 0),
            reader.integer("eos_id", -1),
            pool.equals("argmax") ? "eos" : pool,
            reader
                .choice("attention_mode", "causal", List.of("causal", "bidirectional"))
                .equals("causal"),
            positions.equals("rope") ? temperature : null,
            reader.choice("mlp_type", "swiglu", List.of("swiglu", "mlp", "relu2")),
            reader
                .choice("norm_type", "rmsnorm", List.of("rmsnorm", "layernorm"))
                .equals("rmsnorm"),
            reader.number("norm_eps", 1e-6),
            reader.bool("qk_norm", false),
            reader.bool("attn_gated", false),
            reader.bool("pre_norm", false),
            reader.choice("norm_placement", "pre", List.of("pre", "sandwich")).equals("sandwich"),
            reader.bool("zero_init_residual", false),
            reader.integer("reg_tokens", 0),
            reader.bool("value_residual", false),
            reader.has("ls_init_value") ? reader.number("ls_init_value", 0) : null,
            attentionBias,
            reader.bool("gate_bias", attentionBias),
            reader.bool("mlp_bias", false),
            reader.choice("proj_type", "linear", List.of("linear", "none")).equals("linear"),
            reader.bool("proj_bias", false));
    reader.finish();
    return config;
  }

  private static InvalidConfigException wrong(String key, String problem) {
    return new InvalidConfigException("text_cfg." + key, problem);
  }

  /** Returns the width of one head. */
  int headWidth() {
    return width / heads;
  }
}
