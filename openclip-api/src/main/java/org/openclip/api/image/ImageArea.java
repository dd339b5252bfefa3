package org.openclip.api.image;

/**
 * A rectangle of an image, in pixels from its top left corner, with fractions. It may be larger
 * than the image where that is padded.
 *
 * @param left the left edge; negative where padding begins before the image
 * @param top the upper edge
 * @param width the width
 * @param height the height
 */
public record ImageArea(double left, double top, double width, double height) {
  /** Returns the area of a whole image. */
  public static ImageArea whole(int width, int height) {
    return new ImageArea(0, 0, width, height);
  }

  /** Returns the part of this area from its top left, in fractions of its sides. */
  public ImageArea corner(double ofWidth, double ofHeight) {
    return new ImageArea(left, top, width * ofWidth, height * ofHeight);
  }
}
