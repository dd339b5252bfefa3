package org.openclip.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.JsonObjects;

/**
 * What a model's name and the choice of its weights stand for.
 *
 * @param config the object {@code model_cfg}
 * @param preprocess the object {@code preprocess_cfg}; empty for the defaults
 * @param folder the model's folder; null for a built-in model
 * @param checkpoint the file of its weights; null when none was chosen
 */
record ModelDefinition(
    Map<String, Object> config,
    Map<String, Object> preprocess,
    @Nullable Path folder,
    @Nullable Path checkpoint) {
  /** A scheme has two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]+):(.*)", Pattern.DOTALL);

  private static final String GIVE_A_PATH =
      "Give the path of a checkpoint file, or a model folder as local-dir:FOLDER";

  /**
   * Finds a model.
   *
   * @param name a built-in name, or a scheme and a location
   * @param pretrained a tag, or a checkpoint's path or URI; null for the folder's own, or for none
   * @throws UnknownNameException when no plugin knows the name, the scheme or the tag
   */
  static ModelDefinition find(String name, @Nullable String pretrained, PluginRegistry plugins) {
    Path weights = pretrained == null ? null : path(pretrained);
    for (ModelCatalogueProvider catalogue : plugins.all(ModelCatalogueProvider.class)) {
      if (catalogue.models().contains(name)) {
        // A checkpoint that comes with its own configuration, such as another activation, knows
        // better than the name it is called by.
        return weights != null && Files.isDirectory(weights)
            ? ofFolder(weights, null)
            : new ModelDefinition(read(catalogue, name), Map.of(), null, weights);
      }
    }
    Matcher matcher = SCHEME.matcher(name);
    if (matcher.matches()) {
      ModelSourceProvider source = plugins.named(ModelSourceProvider.class, matcher.group(1));
      return ofFolder(source.folder(matcher.group(2)), weights);
    }
    throw new UnknownNameException(
        "model",
        name,
        names(plugins),
        "List them with OpenClip.models(), or name a folder as local-dir:FOLDER");
  }

  private static ModelDefinition ofFolder(Path path, @Nullable Path weights) {
    ModelFolder folder = ModelFolder.read(path);
    return new ModelDefinition(
        folder.modelConfig(),
        folder.preprocessConfig(),
        path,
        weights == null ? folder.findCheckpoint().orElse(null) : weights);
  }

  private static Map<String, Object> read(ModelCatalogueProvider catalogue, String name) {
    String file = name + ".json of " + catalogue.name();
    try (InputStream json = catalogue.open(name)) {
      return JsonObjects.parse(file, 0, json.readAllBytes());
    } catch (IOException e) {
      throw new InvalidFileException(file, -1, "cannot be read: " + e, e);
    }
  }

  /** Returns the names of all built-in models, in the order of their catalogues. */
  static SequencedSet<String> names(PluginRegistry plugins) {
    SequencedSet<String> names = new LinkedHashSet<>();
    plugins.all(ModelCatalogueProvider.class).forEach(c -> names.addAll(c.models()));
    return names;
  }

  private static Path path(String pretrained) {
    Path path;
    try {
      path =
          pretrained.startsWith("file:")
              ? Path.of(java.net.URI.create(pretrained))
              : Path.of(pretrained);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "'" + pretrained + "' is no path: " + e.getMessage() + ". " + GIVE_A_PATH, e);
    }
    if (Files.exists(path)) {
      return path;
    }
    if (pretrained.matches("(?s)[a-z]{3,}://.*") && !pretrained.startsWith("file:")) {
      throw new InvalidInputException(
          pretrained + " is not fetched by this version. " + GIVE_A_PATH);
    }
    if (pretrained.matches("(?s).*[/\\\\].*|.*\\.[A-Za-z]{2,11}")) {
      throw new InvalidInputException("there is no file " + path + ". " + GIVE_A_PATH);
    }
    throw new UnknownNameException("pretrained tag", pretrained, List.of(), GIVE_A_PATH);
  }
}
