package org.openclip.models.generative;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The choices of the transformer: {@code genlip_cfg} or {@code genlap_cfg}.
 *
 * @param width the width of the sequence
 * @param depth the number of blocks
 * @param heads the number of attention heads; divides the width
 * @param hidden the width inside the perceptron
 * @param textWidth the width of the token embedding and of what the logits are computed from
 * @param sections how many pairs of a head's channels turn by time, row and column
 * @param temperature the base of the rotary frequencies
 * @param interleaved whether the axes take turns; else all pairs turn by the first axis
 * @param layerScale the initial factor of each branch; 0 for none
 * @param gated whether a sigmoid gate follows the attention (Qiu et al. 2025, arXiv 2505.06708)
 * @param swiglu whether the perceptron is gated (Shazeer 2020, arXiv 2002.05202)
 * @param activation silu, gelu or relu
 * @param epsilon what norms add to the variance
 * @param rmsNorm whether norms are by the root mean square rather than layer norms
 * @param queryKeyNorm whether each head's queries and keys pass a norm
 * @param attentionBias whether the attention's projections have biases
 * @param mlpBias whether the perceptron has biases
 * @param dropPath the rate of dropped branches in training
 */
@SuppressWarnings("ArrayRecordComponent")
record TrunkConfig(
    int width,
    int depth,
    int heads,
    int hidden,
    int textWidth,
    int[] sections,
    double temperature,
    boolean interleaved,
    double layerScale,
    boolean gated,
    boolean swiglu,
    String activation,
    double epsilon,
    boolean rmsNorm,
    boolean queryKeyNorm,
    boolean attentionBias,
    boolean mlpBias,
    double dropPath) {
  /** A layer scale of this and less is none. */
  private static final double NO_SCALE = 1e-6;

  /**
   * Reads the transformer's configuration.
   *
   * @param path its key in {@code model_cfg}
   */
  static TrunkConfig of(String path, Map<String, Object> config) {
    ConfigReader reader = new ConfigReader(path, config);
    // The layout of training batches, and a bound that the reference does not enforce.
    reader.ignore("pack_prefix", "max_position_embeddings");
    int width = reader.positive("width", 1152);
    int heads = reader.positive("num_heads", 16);
    if (width % heads != 0 || width / heads % 2 != 0) {
      throw new InvalidConfigException(
          reader.at("num_heads"),
          "is %s, but must divide the width %s into heads of even width".formatted(heads, width));
    }
    TrunkConfig read =
        new TrunkConfig(
            width,
            reader.positive("depth", 27),
            heads,
            reader.positive("intermediate_size", 3072),
            reader.positive("text_embed_dim", 1024),
            sections(reader, width / heads / 2),
            reader.number("rope_theta", 10_000),
            reader.bool("mrope_interleaved", true),
            scale(reader),
            reader.bool("gated_attention", true),
            reader.bool("use_swiglu_ffn", true),
            reader.choice("hidden_act", "silu", List.of("silu", "gelu", "relu")),
            reader.number("layer_norm_eps", 1e-6),
            reader
                .choice("norm_type", "layernorm", List.of("layernorm", "rmsnorm"))
                .equals("rmsnorm"),
            reader.bool("qk_norm", false),
            reader.bool("attention_bias", false),
            reader.bool("mlp_bias", false),
            rate(reader));
    reader.finish();
    return read;
  }

  private static int[] sections(ConfigReader reader, int pairs) {
    double[] given = reader.numbers("mrope_section");
    int[] sections =
        given == null
            ? new int[] {12, 12, 12}
            : Arrays.stream(given).mapToInt(n -> (int) n).toArray();
    boolean whole = given == null || Arrays.stream(given).allMatch(n -> n >= 0 && n == (int) n);
    if (!whole || sections.length != 3 || Arrays.stream(sections).sum() != pairs) {
      throw new InvalidConfigException(
          reader.at("mrope_section"),
          "is %s, but must be three whole numbers whose sum is %s, half the width of a head"
              .formatted(
                  Arrays.toString(given == null ? new double[] {12, 12, 12} : given), pairs));
    }
    return sections;
  }

  private static double scale(ConfigReader reader) {
    double scale = reader.number("ls_init_value", 0.1);
    return scale > NO_SCALE ? scale : 0;
  }

  private static double rate(ConfigReader reader) {
    double rate = reader.number("drop_path_rate", 0);
    if (!(rate >= 0 && rate < 1)) {
      throw new InvalidConfigException(
          reader.at("drop_path_rate"), "is " + rate + ", but must be from 0 to below 1");
    }
    return rate;
  }

  /** Returns the width of one head. */
  int headWidth() {
    return width / heads;
  }
}
