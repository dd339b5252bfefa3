package org.openclip.models.image;

import org.openclip.api.image.RgbPixels;

/** Premultiplies the colours of pictures by their opacity, with Pillow's rounding. */
final class Colors {
  private Colors() {}

  /** Multiplies the colours of a picture with opacity by it; the last channel is the opacity. */
  static Plane premultiply(Plane plane) {
    int channels = plane.channels();
    byte[] in = plane.bytes();
    byte[] out = new byte[in.length];
    for (int at = 0; at < in.length; at += channels) {
      int alpha = in[at + channels - 1] & 0xff;
      for (int c = 0; c < channels - 1; c++) {
        out[at + c] = (byte) RgbPixels.multiply(in[at + c] & 0xff, alpha);
      }
      out[at + channels - 1] = (byte) alpha;
    }
    return new Plane(plane.width(), plane.height(), channels, out);
  }

  /** Undoes {@link #premultiply}. */
  static Plane unpremultiply(Plane plane) {
    int channels = plane.channels();
    byte[] in = plane.bytes();
    byte[] out = in.clone();
    for (int at = 0; at < in.length; at += channels) {
      int alpha = in[at + channels - 1] & 0xff;
      if (alpha != 0 && alpha != 255) {
        for (int c = 0; c < channels - 1; c++) {
          out[at + c] = (byte) Math.min(255, 255 * (in[at + c] & 0xff) / alpha);
        }
      }
    }
    return new Plane(plane.width(), plane.height(), channels, out);
  }
}
