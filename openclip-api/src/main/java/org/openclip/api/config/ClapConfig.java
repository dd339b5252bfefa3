package org.openclip.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;

/**
 * The configuration of a model of sound and text (CLAP): OpenCLIP's {@code model_cfg} with {@code
 * audio_cfg} in the place of {@code vision_cfg}. The encoders check the objects of the towers.
 *
 * @param embedDim the width of the joint embedding
 * @param audio {@code audio_cfg}
 * @param text {@code text_cfg}
 * @param initLogitScale the natural logarithm of the logit scale before training
 * @param initLogitBias the logit bias before training; null for models without one
 */
public record ClapConfig(
    int embedDim,
    Map<String, Object> audio,
    Map<String, Object> text,
    double initLogitScale,
    @Nullable Double initLogitBias) {
  private static final String AUDIO = "audio_cfg";
  private static final double LOGIT_SCALE = Math.log(1 / 0.07);

  /** Checks the width and copies the maps. */
  // In full, because javac drops the null annotations of a compact constructor.
  public ClapConfig(
      int embedDim,
      Map<String, Object> audio,
      Map<String, Object> text,
      double initLogitScale,
      @Nullable Double initLogitBias) {
    if (embedDim < 1 || embedDim > 1 << 16) {
      throw new InvalidConfigException(
          "embed_dim", "is " + embedDim + ", but must be from 1 to 65536");
    }
    this.embedDim = embedDim;
    this.audio = Collections.unmodifiableMap(new LinkedHashMap<>(audio));
    this.text = Collections.unmodifiableMap(new LinkedHashMap<>(text));
    this.initLogitScale = initLogitScale;
    this.initLogitBias = initLogitBias;
  }

  /** Returns whether a {@code model_cfg} is one of sound and text. */
  public static boolean describes(Map<String, ?> json) {
    return json.containsKey(AUDIO);
  }

  /**
   * Reads {@code model_cfg}.
   *
   * @throws InvalidConfigException when a key is unknown, missing, or of the wrong type
   */
  public static ClapConfig of(Map<String, ?> json) {
    ConfigReader reader = new ConfigReader("", json);
    for (String key : new String[] {"embed_dim", AUDIO, "text_cfg"}) {
      if (!reader.has(key)) {
        throw new InvalidConfigException(key, "is missing; every CLAP model needs it");
      }
    }
    ClapConfig config =
        new ClapConfig(
            reader.integer("embed_dim", 0),
            reader.map(AUDIO),
            reader.map("text_cfg"),
            reader.number("init_logit_scale", LOGIT_SCALE),
            reader.has("init_logit_bias") ? reader.number("init_logit_bias", 0) : null);
    reader.finish();
    return config;
  }

  /** Returns the JSON object that {@link #of} reads, without keys that have their default value. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("embed_dim", embedDim);
    if (initLogitScale != LOGIT_SCALE) {
      json.put("init_logit_scale", initLogitScale);
    }
    if (initLogitBias != null) {
      json.put("init_logit_bias", initLogitBias);
    }
    json.put(AUDIO, audio);
    json.put("text_cfg", text);
    return json;
  }
}
