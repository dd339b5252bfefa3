package org.openclip.hub;

import java.util.List;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.model.PretrainedTags;

/**
 * Where using OpenCLIP begins: it loads models by name.
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
   * Loads the model that comes with the jars on the path, without a network: with openclip-models,
   * {@code emoji-RN}, which knows emoji and little else.
   *
   * @throws UnknownNameException when no jar brings one
   */
  public static ClipModel load() {
    PluginRegistry plugins = PluginRegistry.create(OpenClip.class);
    return model(PretrainedTags.embedded(plugins)).plugins(plugins).load();
  }

  /**
   * Loads a model that brings its weights.
   *
   * @param model a repository of the Hugging Face hub, as {@code hf-hub:org/repository}, a folder
   *     with its configuration and weights, as {@code local-dir:FOLDER}, or the URI of one
   * @throws UnknownNameException when no plugin knows the name
   * @throws FetchException when a file cannot be fetched
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model) {
    return model(model).load();
  }

  /**
   * Loads a model with the weights that are named.
   *
   * @param model a built-in name, such as {@code ViT-B-32}, or a model as above
   * @param pretrained a tag, such as {@code laion2b_s34b_b79k}, or the path or URI of a checkpoint
   * @throws UnknownNameException when no plugin knows a name
   * @throws FetchException when a file cannot be fetched
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model, String pretrained) {
    return model(model).pretrained(pretrained).load();
  }

  /**
   * Returns a builder for a model, with the default backend, device and precision until told
   * otherwise.
   *
   * @param model a built-in name, {@code hf-hub:org/repository}, {@code local-dir:FOLDER}, or the
   *     URI of a model folder
   */
  public static ModelBuilder model(String model) {
    return new ModelBuilder(model);
  }

  /** Returns the names of the built-in models, those of every catalogue on the path. */
  public static List<String> models() {
    return List.copyOf(PretrainedTags.modelNames(PluginRegistry.create(OpenClip.class)));
  }

  /** Returns the weights that are known by a tag, those of every catalogue on the path. */
  public static PretrainedTags pretrained() {
    return PretrainedTags.of(PluginRegistry.create(OpenClip.class));
  }
}
