package org.openclip.server.endpoint;

import org.openclip.api.image.PictureSource;

/** What a vector is asked for. */
sealed interface Input {
  /**
   * A text.
   *
   * @param text as it was sent
   */
  record Words(String text) implements Input {}

  /**
   * A picture.
   *
   * @param source where its bytes are
   */
  record Picture(PictureSource source) implements Input {}
}
