package org.openclip.api.image;

/** How the bytes of a decoded picture are to be read, by Pillow's names for the modes. */
public enum ColorMode {
  /** One byte a pixel, 0 or 255: Pillow's {@code 1}. */
  BILEVEL(1),
  /** One byte of grey: Pillow's {@code L}. */
  GREY(1),
  /** Grey and opacity: Pillow's {@code LA}. */
  GREY_ALPHA(2),
  /** Two bytes of grey, little-endian: Pillow's {@code I;16}. */
  GREY16(2),
  /** One index into a palette: Pillow's {@code P}. */
  PALETTE(1),
  /** Red, green, blue. */
  RGB(3),
  /** Red, green, blue, opacity; not premultiplied. */
  RGBA(4),
  /** Cyan, magenta, yellow, black; 255 is full ink. */
  CMYK(4);

  private final int bytes;

  ColorMode(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the number of bytes of one pixel. */
  public int bytes() {
    return bytes;
  }
}
