package org.openclip.hub.cli.named;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.CommandProvider.Environment;

/** The facts that {@code info} shows of a model of images and texts. */
final class ImageFacts {
  private ImageFacts() {}

  static Map<String, Object> of(
      Architecture architecture, PreprocessConfig preprocess, Environment environment) {
    ModelSize size = architecture.size();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("embed_dim", architecture.config().embedDim());
    boolean imageOnly = architecture.config().imageOnly();
    if (!imageOnly) {
      facts.put(
          "probabilities",
          architecture.config().initLogitBias() == null
              ? "softmax over labels"
              : "sigmoid of each");
    }
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("parameters", size.imageParameters());
    image.put("height", architecture.imageEncoder().height());
    image.put("width", architecture.imageEncoder().width());
    image.put("operators", architecture.imageGraph().nodes().size());
    facts.put("image_tower", image);
    facts.put(
        "text_tower",
        imageOnly
            ? "none"
            : TowerFacts.text(
                size.textParameters(),
                architecture.textEncoder(),
                architecture.textGraph(),
                architecture.config().text(),
                environment));
    facts.put("state", TowerFacts.state(size.parameters(), architecture.parameters().size()));
    facts.put("preprocess_cfg", preprocess.toJson());
    return facts;
  }
}
