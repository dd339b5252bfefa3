package org.openclip.hub.definition;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.hub.remote.FolderSource;
import org.openclip.hub.remote.ForeignPaths;

/**
 * Where a scheme leads: to the plugin of that name, else to the {@code java.nio} file system of
 * that name, so that {@code s3:} works as soon as its jar is there.
 */
public final class Sources {
  /** A scheme has two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]+):(.*)", Pattern.DOTALL);

  private Sources() {}

  /** Returns whether a text begins with a scheme. */
  static boolean hasScheme(String text) {
    return SCHEME.matcher(text).matches();
  }

  /**
   * Returns the source that a text with a scheme names.
   *
   * @throws UnknownNameException when nothing knows the scheme
   * @throws InvalidInputException when the place does not exist
   */
  static ModelSource open(String text, PluginRegistry plugins, FetchOptions options) {
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidInputException("'" + text + "' has no scheme");
    }
    String scheme = matcher.group(1);
    List<ModelSourceProvider> sources = plugins.all(ModelSourceProvider.class);
    for (ModelSourceProvider source : sources) {
      if (source.name().equals(scheme)) {
        return source.open(matcher.group(2), options);
      }
    }
    Optional<ModelSource> foreign = FolderSource.of(text, options);
    if (foreign.isPresent()) {
      return foreign.get();
    }
    List<String> known = new ArrayList<>(sources.stream().map(Provider::name).toList());
    known.addAll(ForeignPaths.schemes());
    throw new UnknownNameException(
        "scheme", scheme, known.stream().distinct().toList(), ForeignPaths.remedy(scheme));
  }

  /** Returns the file or folder of a path on this machine; empty when there is none. */
  static Optional<ModelSource> local(String text, FetchOptions options) {
    try {
      Path path = Path.of(text);
      return Files.exists(path) ? Optional.of(FolderSource.of(path, options)) : Optional.empty();
    } catch (InvalidPathException e) {
      throw new InvalidInputException("'" + text + "' is not a valid path: " + e.getMessage(), e);
    }
  }
}
