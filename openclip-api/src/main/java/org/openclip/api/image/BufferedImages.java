package org.openclip.api.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;

/** Pictures of Java's own graphics as pictures of this library. Needs the module java.desktop. */
public final class BufferedImages {
  private BufferedImages() {}

  /**
   * Returns a copy of a picture: grey of 8 or 16 bits as it is, everything else as red, green and
   * blue of sRGB, with opacity where it has one. That is what Pillow reads from a PNG of the same
   * pixels, but for palettes, whose colours are looked up first.
   *
   * @throws org.openclip.api.InvalidInputException when it has too many pixels
   */
  public static Image copy(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    Image.checkSize("the picture", width, height);
    ColorModel colors = picture.getColorModel();
    boolean grey = colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY && !colors.hasAlpha();
    if (grey && colors.getTransferType() == DataBuffer.TYPE_BYTE && colors.getPixelSize() == 8) {
      return samples(picture, ColorMode.GREY);
    }
    if (grey && colors.getTransferType() == DataBuffer.TYPE_USHORT) {
      return samples(picture, ColorMode.GREY16);
    }
    return colors(picture, colors.hasAlpha() ? ColorMode.RGBA : ColorMode.RGB);
  }

  /** Copies grey as it is stored: Java would brighten it, for it takes it to be linear. */
  private static Image samples(BufferedImage picture, ColorMode mode) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    byte[] pixels = new byte[Math.multiplyExact(width * height, mode.bytes())];
    Raster raster = picture.getRaster();
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < height; y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int grey : row) {
        pixels[at++] = (byte) grey;
        if (mode == ColorMode.GREY16) {
          pixels[at++] = (byte) (grey >> 8);
        }
      }
    }
    return new Image(width, height, mode, pixels, null, 1);
  }

  private static Image colors(BufferedImage picture, ColorMode mode) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    byte[] pixels = new byte[Math.multiplyExact(width * height, mode.bytes())];
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < height; y++) {
      picture.getRGB(0, y, width, 1, row, 0, width);
      for (int argb : row) {
        pixels[at++] = (byte) (argb >> 16);
        pixels[at++] = (byte) (argb >> 8);
        pixels[at++] = (byte) argb;
        if (mode == ColorMode.RGBA) {
          pixels[at++] = (byte) (argb >> 24);
        }
      }
    }
    return new Image(width, height, mode, pixels, null, 1);
  }
}
