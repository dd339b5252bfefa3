package org.openclip.models.image;

/** Pictures of 16-bit grey, which Pillow resamples in double precision. */
final class Grey16 {
  private Grey16() {}

  /**
   * Returns the window of a resized picture.
   *
   * @param plane two bytes a pixel, little-endian
   */
  static byte[] resample(Plane plane, Fit fit) {
    Resampling columns =
        Resampling.of(
            plane.width(),
            fit.fullWidth(),
            fit.left(),
            fit.left() + fit.width(),
            fit.interpolation());
    Resampling rows =
        Resampling.of(
            plane.height(),
            fit.fullHeight(),
            fit.top(),
            fit.top() + fit.height(),
            fit.interpolation());
    boolean sameWidth = plane.width() == fit.fullWidth();
    boolean sameHeight = plane.height() == fit.fullHeight();
    int first = sameHeight ? fit.top() : rows.firstInput();
    int last = sameHeight ? fit.top() + fit.height() : rows.lastInput();
    int[][] narrow = new int[last - first][fit.width()];
    for (int row = first; row < last; row++) {
      for (int column = 0; column < fit.width(); column++) {
        int base = row * plane.width();
        if (sameWidth) {
          narrow[row - first][column] = level(plane, base + fit.left() + column);
          continue;
        }
        double sum = 0;
        double[] window = columns.weights()[column];
        for (int x = 0; x < window.length; x++) {
          sum += level(plane, base + columns.starts()[column] + x) * window[x];
        }
        narrow[row - first][column] = round(sum);
      }
    }
    byte[] out = new byte[2 * fit.width() * fit.height()];
    for (int row = 0; row < fit.height(); row++) {
      for (int column = 0; column < fit.width(); column++) {
        int value;
        if (sameHeight) {
          value = narrow[row][column];
        } else {
          double sum = 0;
          double[] window = rows.weights()[row];
          for (int y = 0; y < window.length; y++) {
            sum += narrow[rows.starts()[row] - first + y][column] * window[y];
          }
          value = round(sum);
        }
        int at = 2 * (row * fit.width() + column);
        out[at] = (byte) value;
        out[at + 1] = (byte) (value >> 8);
      }
    }
    return out;
  }

  private static int level(Plane plane, int pixel) {
    byte[] bytes = plane.bytes();
    return (bytes[2 * pixel] & 0xff) | (bytes[2 * pixel + 1] & 0xff) << 8;
  }

  /** Rounds half away from zero, then clips each byte on its own, as Pillow does. */
  private static int round(double sum) {
    int value = (int) (sum >= 0 ? Math.floor(sum + 0.5) : -Math.floor(-sum + 0.5));
    int low = Math.max(0, value % 256);
    int high = Math.max(0, Math.min(255, value >> 8));
    return high << 8 | low;
  }
}
