package org.openclip.hub;

import java.util.List;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.model.PretrainedTags;

/**
 * The entry point of the library: loads models by name.
 *
 * <pre>{@code
 * try (ClipModel model = OpenClip.load("ViT-B-32", "laion2b_s34b_b79k")) {
 *   Embeddings image = model.encodeImages(List.of(Path.of("cat.png")));
 *   Embeddings text = model.encodeTexts(List.of("a diagram", "a dog", "a cat"));
 *   float[][] probabilities = model.probabilities(image, text);
 * }
 * }</pre>
 */
public final class OpenClip {
  private OpenClip() {}

  /**
   * Loads the embedded model. In openclip-models this is {@code emoji-RN}, which knows emoji.
   *
   * @throws UnknownNameException when no jar contains one
   */
  public static ClipModel load() {
    PluginRegistry plugins = PluginRegistry.create(OpenClip.class);
    return model(PretrainedTags.embedded(plugins)).plugins(plugins).load();
  }

  /**
   * Loads a model with its own weights.
   *
   * @param model a repository of the Hugging Face hub, as {@code hf-hub:org/repository}, a folder
   *     with a configuration and weights, as {@code local-dir:FOLDER}, or the URI of a model folder
   * @throws UnknownNameException when no plugin knows the name
   * @throws FetchException when a file cannot be downloaded
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model) {
    return model(model).load();
  }

  /**
   * Loads a model with pretrained weights.
   *
   * @param model a built-in name, such as {@code ViT-B-32}, or a model as in {@link #load(String)}
   * @param pretrained a pretrained tag, such as {@code laion2b_s34b_b79k}, or the path or URI of a
   *     checkpoint
   * @throws UnknownNameException when no plugin knows a name
   * @throws FetchException when a file cannot be downloaded
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model, String pretrained) {
    return model(model).pretrained(pretrained).load();
  }

  /**
   * Returns a builder for a model, with default settings for backend, device and precision.
   *
   * @param model a built-in name, or a model as in {@link #load(String)}
   */
  public static ModelBuilder model(String model) {
    return new ModelBuilder(model);
  }

  /** Returns the names of the models of all catalogues on the class path or module path. */
  public static List<String> models() {
    return List.copyOf(PretrainedTags.modelNames(PluginRegistry.create(OpenClip.class)));
  }

  /** Returns the pretrained tags of all catalogues on the class path or module path. */
  public static PretrainedTags pretrained() {
    return PretrainedTags.of(PluginRegistry.create(OpenClip.class));
  }
}
