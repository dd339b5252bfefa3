package org.openclip.api.spi;

import java.nio.file.Path;
import org.openclip.api.InvalidFileException;
import org.openclip.api.search.PictureSearch;

/** A plugin that opens indexes of pictures of one kind. */
public interface PictureSearchProvider extends Provider {
  /** Returns whether a folder holds an index of this kind. */
  boolean accepts(Path folder);

  /**
   * Opens an index.
   *
   * @throws InvalidFileException when it is damaged
   */
  PictureSearch open(Path folder);
}
