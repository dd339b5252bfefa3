package org.openclip.models.image.jpeg;

/** The step from coefficients to the rows of the finished picture. */
interface PixelRows {
  /** Transforms a row of units. */
  void finish(int unitRow);

  /** Returns {@code uint8[height, width, components]} when all rows are finished. */
  byte[] pixels();
}
