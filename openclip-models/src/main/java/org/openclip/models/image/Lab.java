package org.openclip.models.image;

/** CIE L*a*b* in sRGB. */
final class Lab {
  private Lab() {}

  static void toRgb(byte[] in, int at, byte[] out, int to) {
    out[to] = in[at];
    out[to + 1] = in[at];
    out[to + 2] = in[at];
  }
}
