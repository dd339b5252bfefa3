package org.openclip.models.clip;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.NeuralOp.GeluForm;

/**
 * What all residual attention blocks of a tower have in common.
 *
 * @param width the width of the sequence
 * @param layers the number of blocks
 * @param heads the number of attention heads; divides the width
 * @param mlpWidth the hidden width of the perceptron
 * @param layerScale the initial factor of each residual branch (Touvron et al. 2021, arXiv
 *     2103.17239); null for none
 * @param gelu the activation
 * @param epsilon what layer norms add to the variance
 * @param qkNorm whether queries and keys pass a layer norm (Dehghani et al. 2023, arXiv 2302.05442)
 * @param scaledCosine whether scores are cosines with a learnt temperature for each head (Liu et
 *     al. 2021, arXiv 2111.09883)
 * @param scaleHeads whether each head has a learnt factor (NormFormer, arXiv 2110.09456)
 * @param scaleInner whether the heads' result passes a layer norm before its projection (Wang et
 *     al. 2022, arXiv 2210.06423)
 * @param scaleAttention whether the attention's result passes a layer norm (NormFormer)
 * @param scaleHidden whether the perceptron's hidden layer passes a layer norm (NormFormer)
 */
record BlockConfig(
    int width,
    int layers,
    int heads,
    int mlpWidth,
    @Nullable Double layerScale,
    GeluForm gelu,
    double epsilon,
    boolean qkNorm,
    boolean scaledCosine,
    boolean scaleHeads,
    boolean scaleInner,
    boolean scaleAttention,
    boolean scaleHidden) {
  /** Epsilon of PyTorch's layer norm. */
  static final double EPSILON = 1e-5;

  /** Reads the keys of {@code vision_cfg} or {@code text_cfg} that describe blocks. */
  static BlockConfig of(ConfigReader reader, int width, int layers, int heads, boolean quickGelu) {
    positive(reader, "width", width);
    positive(reader, "layers", layers);
    positive(reader, "heads", heads);
    if (width % heads != 0) {
      throw new InvalidConfigException(
          reader.at("width"), width + " does not divide into " + heads + " heads");
    }
    boolean qkNorm = reader.bool("qk_norm", false);
    boolean scaledCosine = reader.bool("scaled_cosine_attn", false);
    if (qkNorm && scaledCosine) {
      throw new InvalidConfigException(
          reader.at("qk_norm"), "and scaled_cosine_attn exclude each other; set only one");
    }
    BlockConfig config =
        new BlockConfig(
            width,
            layers,
            heads,
            (int) (width * reader.number("mlp_ratio", 4.0)),
            reader.has("ls_init_value") ? reader.number("ls_init_value", 0) : null,
            gelu(reader, quickGelu),
            epsilon(reader),
            qkNorm,
            scaledCosine,
            reader.bool("scale_heads", false),
            reader.bool("scale_attn_inner", false),
            reader.bool("scale_attn", false),
            reader.bool("scale_fc", false));
    positive(reader, "mlp_ratio", config.mlpWidth());
    config.checkType(reader);
    return config;
  }

  /** Refuses {@code block_type: default} beside an option that only the custom block has. */
  private void checkType(ConfigReader reader) {
    boolean custom =
        qkNorm || scaledCosine || scaleHeads || scaleInner || scaleAttention || scaleHidden;
    String type =
        reader.choice("block_type", custom ? "custom" : "default", List.of("default", "custom"));
    if (custom && type.equals("default")) {
      throw new InvalidConfigException(
          reader.at("block_type"), "is default, but an option of the custom block is set");
    }
  }

  private static GeluForm gelu(ConfigReader reader, boolean quickGelu) {
    Map<String, Object> options = reader.map("act_kwargs");
    if (options.isEmpty()) {
      return quickGelu ? GeluForm.QUICK : GeluForm.ERF;
    }
    if (quickGelu) {
      throw new InvalidConfigException(
          reader.at("act_kwargs"), "has no effect with quick_gelu; leave one of them out");
    }
    ConfigReader inner = new ConfigReader(reader.at("act_kwargs"), options);
    String form = inner.choice("approximate", "none", List.of("none", "tanh"));
    inner.finish();
    return form.equals("tanh") ? GeluForm.TANH : GeluForm.ERF;
  }

  private static double epsilon(ConfigReader reader) {
    ConfigReader inner = new ConfigReader(reader.at("norm_kwargs"), reader.map("norm_kwargs"));
    double epsilon = inner.number("eps", EPSILON);
    inner.finish();
    if (!(epsilon > 0)) {
      throw new InvalidConfigException(inner.at("eps"), "is " + epsilon + ", but must be positive");
    }
    return epsilon;
  }

  static void positive(ConfigReader reader, String key, int value) {
    if (value < 1) {
      throw new InvalidConfigException(reader.at(key), "is " + value + ", but must be at least 1");
    }
  }

  /** Returns the width of one head. */
  int headWidth() {
    return width / heads;
  }
}
