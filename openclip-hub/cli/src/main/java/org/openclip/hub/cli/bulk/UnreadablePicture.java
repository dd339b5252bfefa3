package org.openclip.hub.cli.bulk;

import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;

/** Creates sources of pictures that are known to be unreadable. */
final class UnreadablePicture {
  private UnreadablePicture() {}

  /** Returns a source that fails with a reason when it is read. */
  static PictureSource source(String id, String reason) {
    return PictureSource.opening(
        id,
        () -> {
          throw new InvalidInputException(id + " cannot be read: " + reason);
        });
  }
}
