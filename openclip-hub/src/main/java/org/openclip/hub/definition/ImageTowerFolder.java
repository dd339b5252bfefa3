package org.openclip.hub.definition;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.config.ModelConfig;

/**
 * Folders with the weights of an image tower alone, such as those of OpenVision 2 (Liu et al. 2025,
 * arXiv 2509.01644). They have no {@code text_cfg}, or their name says {@code vision-only}.
 */
final class ImageTowerFolder {
  private static final String NAMED = "vision-only";

  private ImageTowerFolder() {}

  /**
   * Returns a folder's {@code model_cfg}, without a text tower if its weights have none.
   *
   * @param place where the folder is
   */
  static Map<String, Object> of(String place, Map<String, Object> config) {
    boolean image = config.get("vision_cfg") instanceof Map<?, ?>;
    boolean alone =
        config.get("text_cfg") == null || place.toLowerCase(Locale.ROOT).contains(NAMED);
    if (!image || !alone || config.get("multimodal_cfg") != null) {
      return config;
    }
    Map<String, Object> changed = new LinkedHashMap<>(config);
    changed.put("text_cfg", ModelConfig.NO_TEXT);
    return changed;
  }
}
