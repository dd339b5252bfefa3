package org.openclip.hub.publish;

import java.util.Locale;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;

/**
 * Writes model cards, which a hub shows as the page of a model: metadata for its search, and how to
 * use the model.
 */
public final class ModelCard {
  private ModelCard() {}

  /**
   * Returns the card as Markdown.
   *
   * @param repository the place where it will stand
   * @param license an identifier of the hub, such as {@code mit}; empty when none is stated
   */
  static String of(
      String repository, String license, Architecture architecture, PreprocessConfig pictures) {
    ModelSize size = architecture.size();
    boolean sigmoid = architecture.config().initLogitBias() != null;
    return """
    ---
    tags:
    - clip
    - openclip
    library_name: open_clip
    pipeline_tag: zero-shot-image-classification
    %s---
    # %s

    | | |
    |---|---|
    | Parameters | %s (image %s, text %s) |
    | Pictures | %s x %s pixels, %s, %s; mean %s, standard deviation %s |
    | Texts | %s tokens |
    | Features | %s numbers |
    %s| Probabilities | %s |

    ## Use

    Java, with [OpenCLIP for the JVM](https://github.com/openclip-jvm/openclip):

    ```java
    try (ClipModel model = OpenClip.load("hf-hub:%s")) {
      Embeddings image = model.encodeImages(List.of(Path.of("cat.png")));
      Embeddings text = model.encodeTexts(List.of("a diagram", "a dog", "a cat"));
      float[][] probabilities = model.probabilities(image, text);
    }
    ```

    Python, with [OpenCLIP](https://github.com/mlfoundations/open_clip):

    ```python
    model, preprocess = open_clip.create_model_from_pretrained("hf-hub:%s")
    tokenizer = open_clip.get_tokenizer("hf-hub:%s")
    ```
    """
        .formatted(
            license.isEmpty() ? "" : "license: " + license + "\n",
            repository.substring(repository.indexOf('/') + 1),
            thousands(size.parameters()),
            thousands(size.imageParameters()),
            thousands(size.textParameters()),
            size.height(),
            size.width(),
            pictures.interpolation().evaluated().name().toLowerCase(Locale.ROOT),
            pictures.resizeMode().name().toLowerCase(Locale.ROOT),
            pictures.mean(),
            pictures.std(),
            size.contextLength(),
            size.embedDim(),
            Boolean.TRUE.equals(architecture.config().toJson().get("quick_gelu"))
                ? "| Activation | QuickGELU |\n"
                : "",
            sigmoid ? "sigmoid of each pair" : "softmax over texts",
            repository,
            repository,
            repository);
  }

  private static String thousands(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
