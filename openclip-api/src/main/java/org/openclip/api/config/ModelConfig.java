package org.openclip.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;

/**
 * The configuration of a model: OpenCLIP's {@code model_cfg}. The encoders check the objects of the
 * towers.
 *
 * @param embedDim the width of the joint embedding
 * @param vision {@code vision_cfg}
 * @param text {@code text_cfg}; {@code {"encoder": "none"}} for an image tower alone
 * @param multimodal {@code multimodal_cfg} of CoCa models; empty for others
 * @param quickGelu whether native towers use OpenAI's approximation of GELU
 * @param customText whether the text tower has the prefix {@code text.} in the state dict
 * @param initLogitScale the natural logarithm of the logit scale before training
 * @param initLogitBias the logit bias before training; null for models without one
 * @param vectorLogitScale whether scale and bias have shape {@code [1]} instead of {@code []}
 */
public record ModelConfig(
    int embedDim,
    Map<String, Object> vision,
    Map<String, Object> text,
    Map<String, Object> multimodal,
    boolean quickGelu,
    boolean customText,
    double initLogitScale,
    @Nullable Double initLogitBias,
    boolean vectorLogitScale) {
  /** {@code text_cfg} of an image tower alone. */
  public static final Map<String, Object> NO_TEXT = Map.of("encoder", "none");

  private static final double LOGIT_SCALE = Math.log(1 / 0.07);

  /** Checks the width and copies the maps. */
  // In full, because javac drops the null annotations of a compact constructor.
  public ModelConfig(
      int embedDim,
      Map<String, Object> vision,
      Map<String, Object> text,
      Map<String, Object> multimodal,
      boolean quickGelu,
      boolean customText,
      double initLogitScale,
      @Nullable Double initLogitBias,
      boolean vectorLogitScale) {
    if (embedDim < 1 || embedDim > 1 << 16) {
      throw new InvalidConfigException(
          "embed_dim", "is " + embedDim + ", but must be from 1 to 65536");
    }
    this.embedDim = embedDim;
    this.vision = copy(vision);
    this.text = copy(text);
    this.multimodal = copy(multimodal);
    this.quickGelu = quickGelu;
    this.customText = customText;
    this.initLogitScale = initLogitScale;
    this.initLogitBias = initLogitBias;
    this.vectorLogitScale = vectorLogitScale;
  }

  /**
   * Reads {@code model_cfg}.
   *
   * @throws InvalidConfigException when a key is unknown, missing, or of the wrong type
   */
  public static ModelConfig of(Map<String, ?> json) {
    ConfigReader reader = new ConfigReader("", json);
    for (String key : new String[] {"embed_dim", "vision_cfg", "text_cfg"}) {
      if (!reader.has(key)) {
        throw new InvalidConfigException(key, "is missing; every CLIP model needs it");
      }
    }
    Map<String, Object> text = reader.map("text_cfg");
    boolean customText =
        reader.bool("custom_text", false)
            || reader.has("multimodal_cfg")
            || text.get("hf_model_name") != null
            || "modern".equals(text.get("text_arch"))
            || Boolean.TRUE.equals(text.get("variable_text"));
    ModelConfig config =
        new ModelConfig(
            reader.integer("embed_dim", 0),
            reader.map("vision_cfg"),
            text,
            reader.map("multimodal_cfg"),
            reader.bool("quick_gelu", false),
            customText,
            reader.number("init_logit_scale", LOGIT_SCALE),
            reader.has("init_logit_bias") ? reader.number("init_logit_bias", 0) : null,
            reader.bool("nonscalar_logit_scale", false));
    reader.finish();
    return config;
  }

  /** Returns whether the model is an image tower alone, without a text tower and logits. */
  public boolean imageOnly() {
    return Objects.equals(NO_TEXT.get("encoder"), text.get("encoder"));
  }

  /** Returns this model with another {@code vision_cfg}. */
  public ModelConfig withVision(Map<String, Object> other) {
    return new ModelConfig(
        embedDim,
        other,
        text,
        multimodal,
        quickGelu,
        customText,
        initLogitScale,
        initLogitBias,
        vectorLogitScale);
  }

  /** Returns the JSON object that {@link #of} reads, without keys that have their default value. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("embed_dim", embedDim);
    if (quickGelu) {
      json.put("quick_gelu", true);
    }
    if (initLogitScale != LOGIT_SCALE) {
      json.put("init_logit_scale", initLogitScale);
    }
    if (initLogitBias != null) {
      json.put("init_logit_bias", initLogitBias);
    }
    if (vectorLogitScale) {
      json.put("nonscalar_logit_scale", true);
    }
    if (customText) {
      json.put("custom_text", true);
    }
    json.put("vision_cfg", vision);
    json.put("text_cfg", text);
    if (!multimodal.isEmpty()) {
      json.put("multimodal_cfg", multimodal);
    }
    return json;
  }

  private static Map<String, Object> copy(Map<String, Object> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
