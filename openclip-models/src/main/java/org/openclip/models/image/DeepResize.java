package org.openclip.models.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.openclip.api.image.ColorMode;

/** Pictures of one channel of 16 or 32 bits, which Pillow resamples in double precision. */
final class DeepResize {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final ColorMode mode;

  private DeepResize(ColorMode mode) {
    this.mode = mode;
  }

  /**
   * Returns the window of a resized picture.
   *
   * @param plane two or four bytes a pixel, as the mode has them
   */
  static byte[] resize(Plane plane, ColorMode mode, Fit fit) {
    return new DeepResize(mode).run(plane, fit);
  }

  private byte[] run(Plane plane, Fit fit) {
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
    double[][] narrow = new double[last - first][fit.width()];
    for (int row = first; row < last; row++) {
      for (int column = 0; column < fit.width(); column++) {
        int base = row * plane.width();
        if (sameWidth) {
          narrow[row - first][column] = level(plane.bytes(), base + fit.left() + column);
          continue;
        }
        double sum = 0;
        double[] window = columns.weights()[column];
        for (int x = 0; x < window.length; x++) {
          sum += level(plane.bytes(), base + columns.starts()[column] + x) * window[x];
        }
        narrow[row - first][column] = stored(sum);
      }
    }
    byte[] out = new byte[mode.bytes() * fit.width() * fit.height()];
    for (int row = 0; row < fit.height(); row++) {
      for (int column = 0; column < fit.width(); column++) {
        double value = 0;
        if (sameHeight) {
          value = narrow[row][column];
        } else {
          double[] window = rows.weights()[row];
          for (int y = 0; y < window.length; y++) {
            value += narrow[rows.starts()[row] - first + y][column] * window[y];
          }
          value = stored(value);
        }
        write(value, out, row * fit.width() + column);
      }
    }
    return out;
  }

  private double level(byte[] bytes, int pixel) {
    return switch (mode) {
      case FLOAT32 -> (float) FLOAT.get(bytes, 4 * pixel);
      case INT32 -> (int) INT.get(bytes, 4 * pixel);
      // Big-endian grey, too: Pillow mixes up its bytes here.
      default -> (short) SHORT.get(bytes, 2 * pixel) & 0xffff;
    };
  }

  private void write(double value, byte[] out, int pixel) {
    switch (mode) {
      case FLOAT32 -> FLOAT.set(out, 4 * pixel, (float) value);
      case INT32 -> INT.set(out, 4 * pixel, (int) value);
      default -> SHORT.set(out, 2 * pixel, (short) (int) value);
    }
  }

  /** Returns a sum as the mode keeps it between the passes. */
  private double stored(double sum) {
    if (mode == ColorMode.FLOAT32) {
      return (float) sum;
    }
    // Half away from zero; what an int cannot hold becomes its lowest value, as in processors.
    double whole = sum >= 0 ? Math.floor(sum + 0.5) : -Math.floor(-sum + 0.5);
    int value =
        whole > Integer.MAX_VALUE || !(whole >= Integer.MIN_VALUE)
            ? Integer.MIN_VALUE
            : (int) whole;
    if (mode == ColorMode.INT32) {
      return value;
    }
    // Pillow clips each byte on its own.
    int low = Math.max(0, value % 256);
    int high = Math.max(0, Math.min(255, value >> 8));
    return high << 8 | low;
  }
}
