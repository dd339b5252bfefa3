package org.openclip.api.image;

/**
 * The colour mode of a decoded image: how its bytes are read, with Pillow's names for the modes.
 */
public enum ColorMode {
  /** One byte a pixel, 0 or 255: Pillow's {@code 1}. */
  BILEVEL(1),
  /** One byte of grey: Pillow's {@code L}. */
  GREY(1),
  /** Grey and opacity: Pillow's {@code LA}. */
  GREY_ALPHA(2),
  /** Two bytes of grey, little-endian: Pillow's {@code I;16}. */
  GREY16(2),
  /**
   * Two bytes of grey, big-endian: Pillow's {@code I;16B}. Pillow resizes it as if it were
   * little-endian.
   */
  GREY16_BIG(2),
  /** Four bytes of grey, a signed whole number, little-endian: Pillow's {@code I}. */
  INT32(4),
  /** Four bytes of grey, a floating-point number, little-endian: Pillow's {@code F}. */
  FLOAT32(4),
  /** One index into a palette: Pillow's {@code P}. */
  PALETTE(1),
  /** One index into a palette, and opacity: Pillow's {@code PA}, whose resize mixes indices. */
  PALETTE_ALPHA(2),
  /** Red, green, blue. */
  RGB(3),
  /** Red, green, blue, opacity; not premultiplied. */
  RGBA(4),
  /** Cyan, magenta, yellow, black; 255 is full ink. */
  CMYK(4),
  /** CIE L*a*b* over 0 to 255, a and b 128 higher: Pillow's {@code LAB}. */
  LAB(3);

  private final int bytes;

  ColorMode(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the number of bytes of one pixel. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether pixels are indices into a palette. */
  public boolean hasPalette() {
    return this == PALETTE || this == PALETTE_ALPHA;
  }
}
