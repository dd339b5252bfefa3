package org.openclip.api.image;

/**
 * CIE L*a*b* (white D50) in sRGB, to the byte as Pillow has it from LittleCMS: the conversion is
 * computed at 33 levels of each channel, and interpolated in tetrahedra between them.
 */
final class Lab {
  private static final int LEVELS = 33;
  private static final int[] STEPS = {3 * LEVELS * LEVELS, 3 * LEVELS, 3};
  private static final double[] WHITE = {0.9642, 1.0, 0.8249};

  /** What XYZ is divided by between the steps. */
  private static final double MOST_XYZ = 1 + 32767.0 / 32768;

  /** From XYZ under D50 to linear red, green and blue. */
  private static final double[][] TO_LINEAR = inverse(primaries());

  /** Red, green and blue of all levels, 0 to 65535, made when they are first needed. */
  private static final class Nodes {
    static final char[] COLOURS = colours();
  }

  private Lab() {}

  /** Converts a pixel; a and b are stored 128 higher. */
  static void toRgb(byte[] in, int at, byte[] out, int to) {
    char[] nodes = Nodes.COLOURS;
    int base = 0;
    int[] rest = new int[3];
    int[] step = new int[3];
    for (int c = 0; c < 3; c++) {
      int wide = 257 * (in[at + c] & 0xff);
      int scaled = wide * (LEVELS - 1);
      int fixed = scaled + (scaled + 0x7fff) / 0xffff;
      base += (fixed >> 16) * STEPS[c];
      rest[c] = fixed & 0xffff;
      step[c] = wide == 0xffff ? 0 : STEPS[c];
    }
    // From the lower corner to the upper one, along the channel with the largest rest first.
    int first = rest[0] >= rest[1] ? rest[0] >= rest[2] ? 0 : 2 : rest[1] >= rest[2] ? 1 : 2;
    int last = rest[0] < rest[1] ? rest[0] <= rest[2] ? 0 : 2 : rest[1] <= rest[2] ? 1 : 2;
    last = first == last ? (first + 1) % 3 : last;
    int middle = 3 - first - last;
    int second = base + step[first];
    int third = second + step[middle];
    int fourth = third + step[last];
    for (int c = 0; c < 3; c++) {
      int start = nodes[base + c];
      int sum =
          (nodes[second + c] - start) * rest[first]
              + (nodes[third + c] - nodes[second + c]) * rest[middle]
              + (nodes[fourth + c] - nodes[third + c]) * rest[last]
              + 0x8001;
      int level = start + ((sum + (sum >> 16)) >> 16);
      out[to + c] = (byte) ((level * 65281L + 8388608) >> 24);
    }
  }

  private static char[] colours() {
    char[] colours = new char[LEVELS * STEPS[0]];
    double[] linear = new double[3];
    for (int i = 0; i < colours.length; i += 3) {
      double lightness = node(i / STEPS[0]) * 100.0;
      double a = node(i / STEPS[1] % LEVELS) * 255.0 - 128;
      double b = node(i / 3 % LEVELS) * 255.0 - 128;
      double y = (lightness + 16) / 116;
      double[] xyz = {root(y + 0.002 * a), root(y), root(y - 0.005 * b)};
      for (int c = 0; c < 3; c++) {
        xyz[c] = (float) (xyz[c] * WHITE[c] / MOST_XYZ);
      }
      for (int c = 0; c < 3; c++) {
        linear[c] = 0;
        for (int k = 0; k < 3; k++) {
          linear[c] += TO_LINEAR[c][k] * MOST_XYZ * xyz[k];
        }
        double level = Math.rint(Math.clamp((float) curve((float) linear[c]), 0, 1) * 65535.0);
        colours[i + c] = (char) level;
      }
    }
    return colours;
  }

  /** Returns a level as the float that LittleCMS passes on from step to step. */
  private static float node(int index) {
    return (float) Math.floor(index * 65535.0 / (LEVELS - 1) + 0.5) / 65535;
  }

  private static double root(double t) {
    return t <= 24.0 / 116 ? 108.0 / 841 * (t - 16.0 / 116) : t * t * t;
  }

  private static double curve(double linear) {
    double limit = Math.pow((0.04045 + 0.055) / 1.055, 2.4);
    return linear >= limit ? 1.055 * Math.pow(linear, 1 / 2.4) - 0.055 : linear * 12.92;
  }

  /** Returns XYZ of sRGB's red, green and blue, adapted from D65 to D50 by Bradford's cones. */
  private static double[][] primaries() {
    double[][] xy = {{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}};
    double[] daylight = {0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290};
    double[][] chromaticity = new double[3][3];
    for (int i = 0; i < 3; i++) {
      chromaticity[0][i] = xy[i][0];
      chromaticity[1][i] = xy[i][1];
      chromaticity[2][i] = 1 - xy[i][0] - xy[i][1];
    }
    double[] share = times(inverse(chromaticity), daylight);
    double[][] primaries = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 3; i++) {
        primaries[row][i] = chromaticity[row][i] * share[i];
      }
    }
    double[][] cones = {
      {0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}
    };
    double[] from = times(cones, daylight);
    double[] to = times(cones, WHITE);
    double[][] scaled = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 3; i++) {
        scaled[row][i] = cones[row][i] * to[row] / from[row];
      }
    }
    return times(times(inverse(cones), scaled), primaries);
  }

  private static double[] times(double[][] matrix, double[] vector) {
    double[] result = new double[3];
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 3; i++) {
        result[row] += matrix[row][i] * vector[i];
      }
    }
    return result;
  }

  private static double[][] times(double[][] left, double[][] right) {
    double[][] result = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        for (int i = 0; i < 3; i++) {
          result[row][column] += left[row][i] * right[i][column];
        }
      }
    }
    return result;
  }

  private static double[][] inverse(double[][] m) {
    double[][] result = new double[3][3];
    double determinant = 0;
    for (int i = 0; i < 3; i++) {
      int j = (i + 1) % 3;
      int k = (i + 2) % 3;
      determinant += m[0][i] * (m[1][j] * m[2][k] - m[1][k] * m[2][j]);
    }
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        int a = (column + 1) % 3;
        int b = (column + 2) % 3;
        int c = (row + 1) % 3;
        int d = (row + 2) % 3;
        result[row][column] = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) / determinant;
      }
    }
    return result;
  }
}
