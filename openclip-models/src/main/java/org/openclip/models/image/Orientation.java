package org.openclip.models.image;

import org.openclip.api.image.Image;

/** The turning and mirroring that a camera's EXIF orientation asks for. */
final class Orientation {
  private Orientation() {}

  /** Returns the picture as it was seen, with orientation 1. */
  static Image upright(Image image) {
    int orientation = image.orientation();
    if (orientation == 1) {
      return image;
    }
    boolean swapped = orientation >= 5;
    int width = swapped ? image.height() : image.width();
    int height = swapped ? image.width() : image.height();
    int size = image.mode().bytes();
    byte[] turned = new byte[image.pixels().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int right = image.width() - 1;
        int bottom = image.height() - 1;
        int column;
        int row;
        switch (orientation) {
          case 2 -> {
            column = right - x;
            row = y;
          }
          case 3 -> {
            column = right - x;
            row = bottom - y;
          }
          case 4 -> {
            column = x;
            row = bottom - y;
          }
          case 5 -> {
            column = y;
            row = x;
          }
          case 6 -> {
            column = y;
            row = bottom - x;
          }
          case 7 -> {
            column = right - y;
            row = bottom - x;
          }
          default -> {
            column = right - y;
            row = x;
          }
        }
        System.arraycopy(
            image.pixels(),
            (row * image.width() + column) * size,
            turned,
            (y * width + x) * size,
            size);
      }
    }
    return new Image(width, height, image.mode(), turned, image.palette(), 1);
  }
}
