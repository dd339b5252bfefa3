package org.openclip.search.facts;

import java.nio.file.Path;

/** Tells what is known about a picture besides its pixels: a caption, tags, further fields. */
public interface PictureFacts {
  /** Knows nothing. */
  PictureFacts NONE = (root, file, bare) -> bare;

  /**
   * Returns a picture with what is known about it.
   *
   * @param root the folder that is indexed
   * @param file the picture's, below it
   * @param bare the picture with its path
   */
  IndexedPicture about(Path root, Path file, IndexedPicture bare);
}
