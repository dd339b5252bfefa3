package org.openclip.models.image.jpeg;

/**
 * The rows of an unusual picture, of four components or of samplings in ratios of 3 and 4: all
 * planes are kept whole, and brought to full size as libjpeg does it.
 */
final class PlainPixels implements PixelRows {
  private final Frame frame;
  private final boolean luminance;
  private final boolean inverted;
  private final InverseDct dct = new InverseDct();
  private final byte[][] planes;

  /**
   * Allocates the planes.
   *
   * @param luminance whether the first three components are luminance and colours
   * @param inverted whether components are handed out as what is missing to 255
   */
  PlainPixels(Frame frame, boolean luminance, boolean inverted) {
    this.frame = frame;
    this.luminance = luminance;
    this.inverted = inverted;
    Component[] components = frame.components();
    planes = new byte[components.length][];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = new byte[Math.multiplyExact(components[i].width, components[i].height)];
    }
  }

  @Override
  public void finish(int unitRow) {
    for (int i = 0; i < planes.length; i++) {
      Component component = frame.components()[i];
      component.transform(dct, unitRow);
      int last = Math.min(component.height, (unitRow + 1) * 8 * component.down);
      for (int y = unitRow * 8 * component.down; y < last; y++) {
        int[] row = component.row(y)[0];
        for (int x = 0; x < component.width; x++) {
          planes[i][y * component.width + x] = (byte) row[x];
        }
      }
    }
  }

  @Override
  public byte[] pixels() {
    int channels = planes.length;
    int width = frame.width();
    byte[] pixels = new byte[Math.multiplyExact(channels, width * frame.height())];
    int[][] rows = new int[channels][width];
    for (int y = 0; y < frame.height(); y++) {
      for (int c = 0; c < channels; c++) {
        widen(c, y, rows[c]);
      }
      int at = y * width * channels;
      for (int x = 0; x < width; x++, at += channels) {
        if (luminance) {
          int level = rows[0][x];
          int blue = rows[1][x] - 128;
          int red = rows[2][x] - 128;
          pixels[at] = clip(level + ((91881 * red + 32768) >> 16));
          pixels[at + 1] = clip(level + ((32768 - 22554 * blue - 46802 * red) >> 16));
          pixels[at + 2] = clip(level + ((116130 * blue + 32768) >> 16));
        }
        // Of luminance, ink is what is missing to its colours, so that only black is inverted.
        for (int c = luminance ? 3 : 0; c < channels; c++) {
          pixels[at + c] = (byte) (inverted ? 255 - rows[c][x] : rows[c][x]);
        }
      }
    }
    return pixels;
  }

  private static byte clip(int level) {
    return (byte) Math.max(0, Math.min(255, level));
  }

  /** Brings a row of a component to full size. */
  private void widen(int index, int y, int[] out) {
    Component component = frame.components()[index];
    int across = frame.across() / component.across;
    int down = frame.down() / component.down;
    int width = component.width;
    boolean smooth = across == 2 && width > 2;
    int[] near = new int[width];
    int factor = 1;
    int row = y / down;
    if (down == 2 && (across == 1 || smooth)) {
      // Three parts of the nearer row and one of the farther.
      int other = Math.clamp((y & 1) == 0 ? row - 1 : row + 1, 0, component.height - 1);
      for (int x = 0; x < width; x++) {
        near[x] = 3 * sample(index, x, row) + sample(index, x, other);
      }
      factor = 4;
    } else {
      for (int x = 0; x < width; x++) {
        near[x] = sample(index, x, row);
      }
    }
    if (!smooth || (down != 1 && down != 2)) {
      int bias = factor == 1 ? 0 : 1 + (y & 1);
      for (int x = 0; x < out.length; x++) {
        int plain = across == 2 && smooth ? sample(index, x / 2, row) : near[x / across];
        out[x] = (plain + bias) / factor;
      }
      return;
    }
    int evenBias = factor == 1 ? 1 : 8;
    int oddBias = factor == 1 ? 2 : 7;
    int shift = factor == 1 ? 2 : 4;
    for (int x = 0; x < out.length; x++) {
      int i = x / 2;
      int other = (x & 1) == 0 ? i - 1 : i + 1;
      int bias = (x & 1) == 0 ? evenBias : oddBias;
      out[x] = (3 * near[i] + near[Math.clamp(other, 0, width - 1)] + bias) >> shift;
    }
  }

  private int sample(int index, int x, int y) {
    return planes[index][y * frame.components()[index].width + x] & 0xff;
  }
}
