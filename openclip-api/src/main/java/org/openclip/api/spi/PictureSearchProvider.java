package org.openclip.api.spi;

import java.nio.file.Path;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.search.PictureSearch;

/** A plugin that searches one kind of index of pictures. */
public interface PictureSearchProvider extends Provider {
  /** Returns whether a folder is an index of its kind, whole or damaged. */
  boolean accepts(Path folder);

  /**
   * Opens an index; the caller closes it.
   *
   * @throws InvalidInputException when there is none
   * @throws InvalidFileException when nothing of it can be read
   */
  PictureSearch open(Path folder);
}
