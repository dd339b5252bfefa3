package org.openclip.api.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Converts pixels of any colour mode to RGB, with Pillow's rounding. */
public final class RgbPixels {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private RgbPixels() {}

  /**
   * Writes a pixel as red, green and blue. Opacity is dropped, and 16-bit grey above 255 is white,
   * as Pillow does it.
   *
   * @param in pixels in the mode; the pixel starts at {@code at}
   * @param palette red, green and blue of every index; empty for other modes
   * @param out where the three bytes are written, from {@code to} on
   */
  public static void write(ColorMode mode, byte[] in, int at, byte[] palette, byte[] out, int to) {
    switch (mode) {
      case RGB, RGBA -> {
        out[to] = in[at];
        out[to + 1] = in[at + 1];
        out[to + 2] = in[at + 2];
      }
      case BILEVEL, GREY, GREY_ALPHA -> grey(in[at], out, to);
      case GREY16 -> grey(in[at + 1] == 0 ? in[at] : (byte) 255, out, to);
      case GREY16_BIG -> grey(in[at] == 0 ? in[at + 1] : (byte) 255, out, to);
      case INT32 -> grey((byte) Math.clamp((int) INT.get(in, at), 0, 255), out, to);
      case FLOAT32 -> grey((byte) (int) Math.clamp((float) FLOAT.get(in, at), 0, 255), out, to);
      case LAB -> Lab.toRgb(in, at, out, to);
      case PALETTE, PALETTE_ALPHA -> {
        int entry = 3 * (in[at] & 0xff);
        for (int c = 0; c < 3; c++) {
          out[to + c] = entry + c < palette.length ? palette[entry + c] : 0;
        }
      }
      case CMYK -> {
        int light = 255 - (in[at + 3] & 0xff);
        for (int c = 0; c < 3; c++) {
          out[to + c] = (byte) Math.max(0, light - multiply(in[at + c] & 0xff, light));
        }
      }
    }
  }

  /** Returns an image in RGB; one that is so already is returned itself. */
  static Image of(Image image) {
    ColorMode mode = image.mode();
    if (mode == ColorMode.RGB) {
      return image;
    }
    int count = image.width() * image.height();
    byte[] palette = image.palette() == null ? new byte[0] : image.palette();
    byte[] rgb = new byte[Math.multiplyExact(3, count)];
    for (int i = 0; i < count; i++) {
      write(mode, image.pixels(), i * mode.bytes(), palette, rgb, 3 * i);
    }
    return new Image(image.width(), image.height(), ColorMode.RGB, rgb, null, image.orientation());
  }

  /**
   * Returns {@code a * b / 255}, rounded.
   *
   * @param a 0 to 255
   * @param b 0 to 255
   */
  public static int multiply(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }

  private static void grey(byte level, byte[] out, int to) {
    out[to] = level;
    out[to + 1] = level;
    out[to + 2] = level;
  }
}
