package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;

/**
 * What the files of Hugging Face's transformers beside a checkpoint say of it: {@code config.json}
 * and {@code preprocessor_config.json}. That library gives OpenAI's models QuickGELU and others
 * GELU under the same names and shapes, so that the tensors do not tell.
 *
 * @param quickGelu whether the towers have QuickGELU; null when the model's own activation holds
 * @param preprocess the object {@code preprocess_cfg}; empty for the defaults
 */
public record TransformersConfig(@Nullable Boolean quickGelu, Map<String, Object> preprocess) {
  private static final String SIGLIP = "siglip";

  /** The types whose towers are those of CLIP. */
  private static final Set<String> CLIP = Set.of("clip", "metaclip_2");

  /** What the library does to the pictures of SigLIP models that do not say it. */
  private static final Map<String, Object> SIGLIP_PICTURES =
      Map.of(
          "mean",
          List.of(0.5, 0.5, 0.5),
          "std",
          List.of(0.5, 0.5, 0.5),
          "interpolation",
          "bicubic",
          "resize_mode",
          "squash");

  /** Copies the object. */
  public TransformersConfig {
    preprocess = Map.copyOf(preprocess);
  }

  /**
   * Reads the files; empty when there are none, or they are of no model of pictures and texts.
   *
   * @throws InvalidFileException when they ask for what no model here has
   */
  static Optional<TransformersConfig> beside(ModelSource files) {
    List<String> names = files.names();
    if (!names.contains(ModelFiles.TRANSFORMERS)) {
      return Optional.empty();
    }
    Path file = files.fetch(ModelFiles.TRANSFORMERS);
    Map<String, Object> json = JsonObjects.read(file);
    String type = String.valueOf(json.get("model_type"));
    if (!CLIP.contains(type) && !type.startsWith(SIGLIP)) {
      return Optional.empty();
    }
    Map<String, Object> pictures =
        new LinkedHashMap<>(type.startsWith(SIGLIP) ? SIGLIP_PICTURES : Map.of());
    if (names.contains(ModelFiles.PREPROCESSOR)) {
      pictures.putAll(pictures(JsonObjects.read(files.fetch(ModelFiles.PREPROCESSOR))));
    }
    Boolean quick = CLIP.contains(type) ? quickGelu(file, json) : null;
    return Optional.of(new TransformersConfig(quick, pictures));
  }

  private static boolean quickGelu(Path file, Map<String, Object> json) {
    String text = activation(json, "text_config");
    String vision = activation(json, "vision_config");
    if (!text.equals(vision) || !(text.equals("quick_gelu") || text.equals("gelu"))) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "has hidden_act '%s' for the text tower and '%s' for the image tower, but both must be gelu, or both quick_gelu"
              .formatted(text, vision));
    }
    return text.equals("quick_gelu");
  }

  /** Returns a tower's activation; older files repeat it in a second object, which counts. */
  private static String activation(Map<String, Object> json, String tower) {
    for (String key : List.of(tower + "_dict", tower)) {
      if (json.get(key) instanceof Map<?, ?> map && map.get("hidden_act") != null) {
        return String.valueOf(map.get("hidden_act"));
      }
    }
    return "quick_gelu";
  }

  private static Map<String, Object> pictures(Map<String, Object> json) {
    Map<String, Object> pictures = new LinkedHashMap<>();
    putIfThere(pictures, "mean", json.get("image_mean"));
    putIfThere(pictures, "std", json.get("image_std"));
    if (json.get("resample") instanceof Number filter) {
      // The numbers are Pillow's.
      pictures.put("interpolation", filter.intValue() == 2 ? "bilinear" : "bicubic");
    }
    if (json.get("do_center_crop") instanceof Boolean crop) {
      pictures.put("resize_mode", crop ? "shortest" : "squash");
    } else if (json.get("size") instanceof Map<?, ?> size && size.containsKey("height")) {
      pictures.put("resize_mode", "squash");
    }
    return pictures;
  }

  private static void putIfThere(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
