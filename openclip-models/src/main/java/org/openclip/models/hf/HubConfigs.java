package org.openclip.models.hf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.Suggestions;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.catalogue.Variants;

/**
 * What the hub's {@code config.json} says of the text models that CLIP models are built on, so that
 * none is fetched to build one.
 */
final class HubConfigs {
  private HubConfigs() {}

  private static final class Known {
    static final SequencedMap<String, Map<String, Object>> BY_NAME =
        Variants.read(HubConfigs.class, "hub-configs.txt");
  }

  /**
   * Returns the configuration of {@code text_cfg.hf_model_name}, with {@code hf_model_config} laid
   * over it. A name that is not listed will do when the latter says of which {@code model_type} it
   * is.
   *
   * @throws InvalidConfigException when the name is unknown
   */
  static Map<String, Object> of(ConfigReader textConfig) {
    String name = textConfig.string("hf_model_name", "");
    Map<String, Object> own = textConfig.map("hf_model_config");
    Map<String, Object> base = Known.BY_NAME.get(name);
    if (base == null && own.get("model_type") == null) {
      List<String> near = Suggestions.nearest(name, Known.BY_NAME.keySet());
      String remedy = near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
      throw new InvalidConfigException(
          textConfig.at("hf_model_name"),
          "'%s' is not known%s Known: %s. For any other model, set model_type in hf_model_config"
                  .formatted(name, remedy, String.join(", ", Known.BY_NAME.keySet()))
              + " and sizes");
    }
    Map<String, Object> config = new LinkedHashMap<>(base == null ? Map.of() : base);
    config.putAll(own);
    return config;
  }
}
