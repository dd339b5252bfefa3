package org.openclip.models.clip;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.EncoderContext;

/**
 * Describes CLIP's own vision transformer as a NaFlex transformer of timm with the same features,
 * as the reference's {@code force_naflex_vision} does.
 */
final class VisionTransformerToNaFlex {
  /** The model of timm whose options are replaced; its layer norms have the epsilon of CLIP's. */
  private static final String BASE = "vit_base_patch16_clip_224";

  private static final List<String> VARIATIONS =
      List.of(
          "attentional_pool",
          "no_ln_pre",
          "final_ln_after_pool",
          "output_tokens",
          "qk_norm",
          "scaled_cosine_attn",
          "scale_heads",
          "scale_attn_inner",
          "scale_attn",
          "scale_fc");

  private final EncoderContext context;
  private final ConfigReader reader;

  VisionTransformerToNaFlex(EncoderContext context) {
    this.context = context;
    this.reader = new ConfigReader("vision_cfg", context.config());
  }

  /**
   * Returns {@code vision_cfg} of the converted tower.
   *
   * @throws InvalidConfigException when the tower has what no NaFlex transformer computes
   */
  Map<String, Object> convert() {
    check();
    int[] image = Sides.of(reader, "image_size", 224);
    int[] patch = Sides.of(reader, "patch_size", 16);
    if (patch[0] != patch[1]) {
      throw refused("patch_size", "is not square");
    }
    int width = reader.positive("width", 768);
    int headWidth = reader.positive("head_width", 64);
    if (width % headWidth != 0) {
      throw refused("width", width + " does not divide into heads of " + headWidth);
    }
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("use_naflex", true);
    options.put("patch_size", patch[0]);
    options.put("embed_dim", width);
    options.put("depth", reader.positive("layers", 12));
    options.put("num_heads", width / headWidth);
    options.put("mlp_ratio", reader.number("mlp_ratio", 4));
    options.put("class_token", true);
    options.put("global_pool", "token");
    options.put("pos_embed", "learned");
    options.put("pos_embed_grid_size", List.of(image[0] / patch[0], image[1] / patch[0]));
    options.put("pre_norm", true);
    options.put("fc_norm", false);
    if (reader.has("ls_init_value")) {
      options.put("init_values", reader.number("ls_init_value", 0));
    }
    if (context.quickGelu()) {
      options.put("act_layer", "quick_gelu");
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("image_size", image[0] == image[1] ? image[0] : List.of(image[0], image[1]));
    config.put("timm_model_name", BASE);
    config.put("timm_model_pretrained", false);
    config.put("timm_pool", "token");
    config.put("timm_proj", "linear");
    config.put("timm_proj_bias", false);
    config.put("timm_model_kwargs", options);
    for (String kept : List.of("patch_dropout", "image_seq_len")) {
      if (reader.has(kept)) {
        config.put(kept, reader.value(kept));
      }
    }
    return config;
  }

  private void check() {
    for (String variation : VARIATIONS) {
      if (reader.bool(variation, false)) {
        throw refused(variation, "is true");
      }
    }
    expect("pool_type", "tok");
    expect("pos_embed_type", "learnable");
    expect("block_type", "default");
    for (String options : List.of("act_kwargs", "norm_kwargs")) {
      if (reader.has(options)) {
        throw refused(options, "is set");
      }
    }
  }

  private void expect(String key, String usual) {
    String value = reader.string(key, usual);
    if (!value.equals(usual)) {
      throw refused(key, "is " + value);
    }
  }

  private InvalidConfigException refused(String key, String what) {
    return new InvalidConfigException(
        reader.at(key),
        what + ", so that the tower cannot be converted to NaFlex; only CLIP's plain ViT can");
  }
}
