package org.openclip.models.image;

import java.util.random.RandomGenerator;
import org.openclip.api.image.Augmentation;

/**
 * Random changes of brightness, contrast, saturation and hue in random order, on bytes as Pillow's
 * {@code ImageEnhance} makes them and torchvision's {@code ColorJitter} draws them.
 *
 * @param bounds how far each may go
 */
record ColorJitter(Augmentation bounds) {
  private static final int CHANGES = 4;

  /**
   * Changes the colours in place.
   *
   * @param rgb {@code uint8[pixels, 3]}
   */
  void apply(byte[] rgb, RandomGenerator random) {
    int[] order = {0, 1, 2, 3};
    for (int i = CHANGES - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    double brightness = factor(bounds.brightness(), random);
    double contrast = factor(bounds.contrast(), random);
    double saturation = factor(bounds.saturation(), random);
    double hue = (2 * random.nextDouble() - 1) * bounds.hue();
    for (int change : order) {
      switch (change) {
        case 0 -> scale(rgb, 0, brightness);
        case 1 -> scale(rgb, meanGrey(rgb), contrast);
        case 2 -> saturate(rgb, saturation);
        default -> turnHue(rgb, hue);
      }
    }
  }

  private static double factor(double bound, RandomGenerator random) {
    double low = Math.max(0, 1 - bound);
    return low + (1 + bound - low) * random.nextDouble();
  }

  private static byte blend(double from, double to, double factor) {
    double mixed = from + factor * (to - from);
    return (byte) (mixed <= 0 ? 0 : mixed >= 255 ? 255 : (int) mixed);
  }

  private static void scale(byte[] rgb, int level, double factor) {
    if (factor == 1) {
      return;
    }
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = blend(level, rgb[i] & 0xff, factor);
    }
  }

  private static int grey(byte[] rgb, int at) {
    return ((rgb[at] & 0xff) * 19595
            + (rgb[at + 1] & 0xff) * 38470
            + (rgb[at + 2] & 0xff) * 7471
            + 0x8000)
        >> 16;
  }

  private static int meanGrey(byte[] rgb) {
    long sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      sum += grey(rgb, i);
    }
    return (int) (sum / (rgb.length / 3.0) + 0.5);
  }

  private static void saturate(byte[] rgb, double factor) {
    if (factor == 1) {
      return;
    }
    for (int i = 0; i < rgb.length; i += 3) {
      int grey = grey(rgb, i);
      for (int c = i; c < i + 3; c++) {
        rgb[c] = blend(grey, rgb[c] & 0xff, factor);
      }
    }
  }

  /**
   * Takes the colours away in place.
   *
   * @param rgb {@code uint8[pixels, 3]}
   */
  static void toGrey(byte[] rgb) {
    for (int i = 0; i < rgb.length; i += 3) {
      byte grey = (byte) grey(rgb, i);
      rgb[i] = grey;
      rgb[i + 1] = grey;
      rgb[i + 2] = grey;
    }
  }

  /**
   * Turns the hue of every pixel, in the model of hue, saturation and value (Smith 1978).
   *
   * @param turn in whole turns, from -0.5 to 0.5
   */
  private static void turnHue(byte[] rgb, double turn) {
    int shift = (int) (turn * 255);
    if (shift == 0) {
      return;
    }
    for (int i = 0; i < rgb.length; i += 3) {
      int r = rgb[i] & 0xff;
      int g = rgb[i + 1] & 0xff;
      int b = rgb[i + 2] & 0xff;
      int max = Math.max(r, Math.max(g, b));
      int min = Math.min(r, Math.min(g, b));
      if (max == min) {
        continue;
      }
      double range = max - min;
      double sector =
          r == max ? (g - b) / range : g == max ? 2 + (b - r) / range : 4 + (r - g) / range;
      int hue = (int) (((sector / 6 + 1) % 1) * 255);
      double turned = ((hue + shift) & 0xff) * 6 / 255.0;
      fill(rgb, i, turned, range / max, max);
    }
  }

  private static void fill(byte[] rgb, int at, double hue, double saturation, int value) {
    int sector = (int) hue;
    double rest = hue - sector;
    byte v = (byte) value;
    byte p = round(value * (1 - saturation));
    byte q = round(value * (1 - saturation * rest));
    byte t = round(value * (1 - saturation * (1 - rest)));
    byte[] colour =
        switch (sector % 6) {
          case 0 -> new byte[] {v, t, p};
          case 1 -> new byte[] {q, v, p};
          case 2 -> new byte[] {p, v, t};
          case 3 -> new byte[] {p, q, v};
          case 4 -> new byte[] {t, p, v};
          default -> new byte[] {v, p, q};
        };
    System.arraycopy(colour, 0, rgb, at, 3);
  }

  private static byte round(double level) {
    return (byte) Math.max(0, Math.min(255, (int) (level + 0.5)));
  }
}
