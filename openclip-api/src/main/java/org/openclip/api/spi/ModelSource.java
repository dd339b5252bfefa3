package org.openclip.api.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openclip.api.InvalidInputException;

/**
 * The files of one model at any location. A file is downloaded when it is first requested. {@code
 * toString} returns the location, for messages. Thread-safe.
 */
public interface ModelSource {
  /**
   * Returns the names of the files, in order, with {@code /} as the separator of folders.
   *
   * @throws InvalidInputException when the location does not exist
   */
  List<String> names();

  /**
   * Returns the local path of a file, and downloads it if necessary. Files of one folder at the
   * source are in one local folder.
   *
   * @param name one of {@link #names}
   * @throws InvalidInputException when there is no such file
   */
  Path fetch(String name);

  /** Returns the file that the location names; empty when it names the folder. */
  default Optional<String> chosen() {
    return Optional.empty();
  }
}
