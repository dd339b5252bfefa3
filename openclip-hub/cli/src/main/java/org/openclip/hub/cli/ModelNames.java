package org.openclip.hub.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.hub.model.PretrainedTags;

/** Resolves the model names that users give: built-in names, folders and names with a scheme. */
public final class ModelNames {
  /** The scheme of a model folder. */
  static final String FOLDER = "local-dir:";

  /** Two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEMES = Pattern.compile("[a-z][a-z0-9+.-]+:");

  private ModelNames() {}

  /** Returns the name by which the hub loads a model: a scheme, a folder or a built-in name. */
  static String resolve(String named, @Nullable String weights, Environment environment) {
    String located = locate(named, environment);
    if (weights != null || SCHEMES.matcher(located).lookingAt()) {
      return located;
    }
    Path folder = ModelOptions.HOME.resolve(located);
    if (Files.isDirectory(folder)) {
      return FOLDER + folder;
    }
    if (PretrainedTags.of(environment.plugins()).find(named, PretrainedTag.EMBEDDED).isPresent()) {
      return named;
    }
    throw new InvalidInputException(
        "there are no weights for %s: set --pretrained to a tag or a checkpoint, or run 'openclip init %s', which fills %s with untrained weights"
            .formatted(located, located, folder));
  }

  /**
   * Returns what the hub calls a model: a built-in name or a scheme as they are, a folder behind
   * {@code local-dir:}.
   *
   * @throws UnknownNameException when it is none of them
   */
  public static String locate(String named, Environment environment) {
    Set<String> names = new LinkedHashSet<>();
    environment.plugins().all(ModelCatalogueProvider.class).forEach(c -> names.addAll(c.models()));
    if (names.contains(named) && Files.isDirectory(Path.of(named))) {
      Notes.say(
          environment,
          "using the model %s, not the folder %s; to use the folder, write %s"
              .formatted(named, named, Path.of(".", named)));
    }
    if (names.contains(named) || SCHEMES.matcher(named).lookingAt()) {
      return named;
    }
    if (Files.isDirectory(PictureArguments.path(named))) {
      return FOLDER + named;
    }
    if (names.contains(named.replace('/', '-'))) {
      return named.replace('/', '-');
    }
    if (named.contains("/") || named.contains("\\")) {
      throw new InvalidInputException(
          "there is no model folder %s; check the path, or create the folder with 'openclip init MODEL %s'"
              .formatted(named, named));
    }
    throw new UnknownNameException(
        "model", named, names, "'openclip models' lists the names; a model folder also works");
  }
}
