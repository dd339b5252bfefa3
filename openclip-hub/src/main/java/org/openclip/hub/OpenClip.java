package org.openclip.hub;

import java.util.List;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;

/**
 * Where using OpenCLIP begins: it loads models by name.
 *
 * <pre>{@code
 * try (ClipModel model = OpenClip.load("ViT-B-32", "weights/ViT-B-32.safetensors")) {
 *   Embeddings image = model.encodeImages(List.of(Path.of("cat.png")));
 *   Embeddings text = model.encodeTexts(List.of("a diagram", "a dog", "a cat"));
 *   float[][] probabilities = model.probabilities(image, text);
 * }
 * }</pre>
 */
public final class OpenClip {
  private OpenClip() {}

  /**
   * Loads a model that brings its weights.
   *
   * @param model a folder with its configuration and weights, as {@code local-dir:FOLDER}
   * @throws UnknownNameException when no plugin knows the name
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model) {
    return model(model).load();
  }

  /**
   * Loads a model with the weights that are named.
   *
   * @param model a built-in name, such as {@code ViT-B-32}, or {@code local-dir:FOLDER}
   * @param pretrained the path or {@code file:} URI of a checkpoint
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidFileException when a file is missing or corrupt
   */
  public static ClipModel load(String model, String pretrained) {
    return model(model).pretrained(pretrained).load();
  }

  /**
   * Returns a builder for a model, with the default backend, device and precision until told
   * otherwise.
   *
   * @param model a built-in name, or {@code local-dir:FOLDER}
   */
  public static ModelBuilder model(String model) {
    return new ModelBuilder(model);
  }

  /** Returns the names of the built-in models, those of every catalogue on the path. */
  public static List<String> models() {
    return List.copyOf(ModelDefinition.names(PluginRegistry.create()));
  }

  /** Returns the weights that are known by a tag, those of every catalogue on the path. */
  public static PretrainedTags pretrained() {
    return PretrainedTags.of(PluginRegistry.create());
  }
}
