package org.openclip.api.model;

import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;

/** A picture of a model that prepares nothing apart. */
record UnpreparedPicture(PictureSource source) implements PreparedPicture {
  static PictureSource source(PreparedPicture picture) {
    if (picture instanceof UnpreparedPicture unprepared) {
      return unprepared.source();
    }
    throw new InvalidInputException(
        picture.name() + " was prepared by another model; embed it with that one");
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public void close() {}
}
