package org.openclip.api.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openclip.api.InvalidInputException;

/**
 * The files of one model, wherever they lie. Nothing is fetched before it is asked for. Its {@code
 * toString} is the location, for messages. Safe for many threads.
 */
public interface ModelSource {
  /**
   * Returns the names of the files, in order, with {@code /} between a folder and what is in it.
   *
   * @throws InvalidInputException when there is no such place
   */
  List<String> names();

  /**
   * Returns the path of a file on this machine, fetched if need be. Files of one folder at the
   * source are files of one folder here.
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
