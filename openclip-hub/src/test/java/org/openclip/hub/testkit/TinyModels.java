package org.openclip.hub.testkit;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;

/** Models of a size for tests. */
public final class TinyModels {
  /** Two layers in each tower, 32 x 32 pixels, the whole vocabulary, so that texts can be given. */
  public static final Map<String, Object> CONFIG =
      Map.of(
          "embed_dim",
          16,
          "vision_cfg",
          Map.of("image_size", 32, "layers", 2, "width", 32, "patch_size", 8, "head_width", 16),
          "text_cfg",
          Map.of("context_length", 77, "vocab_size", 49408, "width", 16, "heads", 2, "layers", 2));

  private TinyModels() {}

  /** Writes a model folder with recipe weights and returns the name to load it by. */
  public static String write(Path folder) {
    return write(folder, CONFIG);
  }

  public static String write(Path folder, Map<String, Object> config) {
    Architecture architecture = Architecture.of(ModelConfig.of(config), PluginRegistry.create());
    ModelFolder.write(
        folder, architecture.config(), PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    return "local-dir:" + folder;
  }

  /** Returns the configuration of a tiny CoCa. */
  public static Map<String, Object> coca(int vocabulary) {
    Map<String, Object> vision = new HashMap<>(Map.of("image_size", 32, "layers", 1, "width", 64));
    vision.putAll(
        Map.of("attentional_pool", true, "attn_pooler_queries", 6, "output_tokens", true));
    Map<String, Object> text =
        new HashMap<>(Map.of("context_length", 12, "vocab_size", vocabulary, "width", 16));
    text.putAll(Map.of("heads", 2, "layers", 1, "embed_cls", true, "output_tokens", true));
    return Map.of(
        "embed_dim",
        16,
        "custom_text",
        true,
        "vision_cfg",
        vision,
        "text_cfg",
        text,
        "multimodal_cfg",
        Map.of("width", 16, "heads", 2, "layers", 1));
  }
}
