package org.openclip.models.image.jpeg;

/**
 * The way from the planes of a row to its pixels: libjpeg's triangle filter for planes of half the
 * width or height, and the conversion of JFIF's colours.
 */
final class Upsampling {
  private final Component[] components;
  private final int maxAcross;
  private final int maxDown;

  /** Rows in the making, by phase where there are two. */
  private final int[][][] full;

  private final int[] near;
  private final int[] neighbour;
  private final int[] red;
  private final int[] green;

  Upsampling(Component[] components, int maxAcross, int maxDown, int samples) {
    this.components = components;
    this.maxAcross = maxAcross;
    this.maxDown = maxDown;
    full = new int[components.length][maxAcross][samples];
    near = new int[samples];
    neighbour = new int[samples];
    red = new int[samples];
    green = new int[samples];
  }

  /** Returns one row of a component at full size, by phase. */
  int[][] row(int index, int y) {
    Component component = components[index];
    boolean half = component.across < maxAcross;
    if (component.down == maxDown) {
      int[][] row = component.row(y);
      return half ? widen(row[0], component.width, full[index], 0) : row;
    }
    int[][] here = component.row(y / 2);
    int[][] other = component.row((y & 1) == 0 ? y / 2 - 1 : y / 2 + 1);
    int[][] result = full[index];
    if (!half) {
      int bias = 1 + (y & 1);
      for (int phase = 0; phase < here.length; phase++) {
        mean(here[phase], other[phase], bias, result[phase]);
      }
      return result;
    }
    if (component.width <= 2) {
      return widen(here[0], component.width, result, 0);
    }
    weigh(here[0], other[0], near);
    return widen(near, component.width, result, 2);
  }

  private static void mean(int[] here, int[] other, int bias, int[] out) {
    for (int i = 0; i < here.length; i++) {
      out[i] = (3 * here[i] + other[i] + bias) >> 2;
    }
  }

  private static void weigh(int[] here, int[] other, int[] out) {
    for (int i = 0; i < here.length; i++) {
      out[i] = 3 * here[i] + other[i];
    }
  }

  /**
   * Doubles the width: three parts of the nearer sample and one of the farther.
   *
   * @param extra the bits that the samples already have behind the point: none, or 2
   */
  private int[][] widen(int[] in, int width, int[][] out, int extra) {
    if (width <= 2 && extra == 0) {
      System.arraycopy(in, 0, out[0], 0, width);
      System.arraycopy(in, 0, out[1], 0, width);
      return out;
    }
    int shift = 2 + extra;
    // Rounding alternates, so that no brightness is gained.
    int evenBias = extra == 0 ? 1 : 8;
    int oddBias = extra == 0 ? 2 : 7;
    System.arraycopy(in, 0, neighbour, 1, width - 1);
    mix(in, neighbour, evenBias, shift, width, out[0]);
    System.arraycopy(in, 1, neighbour, 0, width - 1);
    mix(in, neighbour, oddBias, shift, width, out[1]);
    int last = width - 1;
    out[0][0] = extra == 0 ? in[0] : (4 * in[0] + 8) >> 4;
    out[1][last] = extra == 0 ? in[last] : (4 * in[last] + 7) >> 4;
    return out;
  }

  private static void mix(int[] in, int[] other, int bias, int shift, int width, int[] out) {
    for (int i = 0; i < width; i++) {
      out[i] = (3 * in[i] + other[i] + bias) >> shift;
    }
  }

  /**
   * Turns luminance and colours of a phase into pixels, in fixed-point arithmetic of 16 bits.
   *
   * @param out takes {@code red | green << 8 | blue << 16}
   */
  void colours(int[] y, int[] cb, int[] cr, int count, int[] out) {
    for (int i = 0; i < count; i++) {
      int level = y[i] + ((91881 * (cr[i] - 128) + 32768) >> 16);
      red[i] = Math.max(0, Math.min(255, level));
    }
    for (int i = 0; i < count; i++) {
      int level = y[i] + ((32768 - 22554 * (cb[i] - 128) - 46802 * (cr[i] - 128)) >> 16);
      green[i] = Math.max(0, Math.min(255, level));
    }
    for (int i = 0; i < count; i++) {
      int level = y[i] + ((116130 * (cb[i] - 128) + 32768) >> 16);
      out[i] = Math.max(0, Math.min(255, level)) << 16;
    }
    for (int i = 0; i < count; i++) {
      out[i] |= red[i] | green[i] << 8;
    }
  }
}
