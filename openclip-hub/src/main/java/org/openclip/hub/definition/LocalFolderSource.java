package org.openclip.hub.definition;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.hub.remote.FolderSource;

/** Brings the scheme {@code local-dir:}, behind which stands the path of a model folder. */
public final class LocalFolderSource implements ModelSourceProvider {
  /** Creates the provider. */
  public LocalFolderSource() {}

  @Override
  public String name() {
    return "local-dir";
  }

  @Override
  public ModelSource open(String location, FetchOptions options) {
    try {
      return FolderSource.of(Path.of(location), options);
    } catch (InvalidPathException e) {
      throw new InvalidInputException(
          "'" + location + "' is not a valid path: " + e.getMessage(), e);
    }
  }
}
