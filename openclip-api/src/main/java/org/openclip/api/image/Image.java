package org.openclip.api.image;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * A decoded image in the colour mode of its file, because the reference resizes before it converts
 * to RGB. The arrays must not be changed.
 *
 * @param width the number of columns, at least 1
 * @param height the number of rows, at least 1
 * @param mode how to read the bytes
 * @param pixels {@code uint8[height, width, mode.bytes()]}, row-major from the top left
 * @param palette red, green and blue of every index, {@code uint8[entries, 3]}; null if the mode
 *     {@linkplain ColorMode#hasPalette has no palette}
 * @param orientation the EXIF orientation, 1 (upright) to 8
 */
@SuppressWarnings("ArrayRecordComponent") // a picture is its bytes; copying them would double them
public record Image(
    int width,
    int height,
    ColorMode mode,
    byte[] pixels,
    byte @Nullable [] palette,
    int orientation) {
  /** The largest number of pixels of an image, as a guard against decompression bombs. */
  public static final long MOST_PIXELS = 178_956_970L;

  /** Checks that sizes, bytes and palette belong together. */
  // In full, because javac drops the null annotations of a compact constructor.
  public Image(
      int width,
      int height,
      ColorMode mode,
      byte[] pixels,
      byte @Nullable [] palette,
      int orientation) {
    checkSize("the picture", width, height);
    if (pixels.length != (long) width * height * mode.bytes()) {
      throw new InvalidInputException(
          "a picture of %s x %s pixels in mode %s takes %s bytes, not %s"
              .formatted(width, height, mode, (long) width * height * mode.bytes(), pixels.length));
    }
    if (mode.hasPalette() != (palette != null)) {
      throw new InvalidInputException(
          "a picture has a palette in modes PALETTE and PALETTE_ALPHA and in no other");
    }
    if (orientation < 1 || orientation > 8) {
      throw new InvalidInputException(
          "orientation is " + orientation + ", but must be from 1 to 8");
    }
    this.width = width;
    this.height = height;
    this.mode = mode;
    this.pixels = pixels;
    this.palette = palette;
    this.orientation = orientation;
  }

  /**
   * Returns an upright RGB image.
   *
   * @param pixels {@code uint8[height, width, 3]}
   */
  public static Image rgb(int width, int height, byte[] pixels) {
    return new Image(width, height, ColorMode.RGB, pixels, null, 1);
  }

  /**
   * Returns the image in RGB, as Pillow's {@code convert("RGB")} does; opacity is dropped. One that
   * is so already is returned itself.
   */
  public Image toRgb() {
    return RgbPixels.of(this);
  }

  /**
   * Checks the size of an image before memory is allocated for it.
   *
   * @param name the name of the image, for the message
   * @throws InvalidInputException when a side is not positive, or there are too many pixels
   */
  public static void checkSize(String name, int width, int height) {
    if (width < 1 || height < 1) {
      throw new InvalidInputException(
          name + " has " + width + " x " + height + " pixels; both sides must be positive");
    }
    long most = PixelBound.most();
    if ((long) width * height > most) {
      throw new InvalidInputException(
          name
              + " has "
              + width
              + " x "
              + height
              + " pixels, but the limit is "
              + most
              + " pixels; scale it down first");
    }
  }
}
