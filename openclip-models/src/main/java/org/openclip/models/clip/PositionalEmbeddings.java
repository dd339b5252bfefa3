package org.openclip.models.clip;

import org.openclip.api.image.ResizeFilter;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Interpolates learnt positional embeddings to another size, as the reference does when it loads a
 * checkpoint.
 */
public final class PositionalEmbeddings {
  private PositionalEmbeddings() {}

  /**
   * Interpolates a grid of positional embeddings to another size: bicubic (a = -0.5) with
   * antialiasing. The rows before the grid, such as the class token's, do not change. A checkpoint
   * without the name, of another rank, or whose grid is not square is returned unchanged; strict
   * loading then reports it.
   *
   * @param name the entry, {@code [prefix + oldHeight * oldWidth, width]}, or the same with an axis
   *     of size 1 in front
   * @param prefix the number of rows before the grid
   */
  public static Weights fitGrid(Weights weights, String name, int prefix, int height, int width) {
    return fitGrid(weights, name, prefix, height, width, ResizeFilter.BICUBIC);
  }

  /** Interpolates a grid by another filter than the bicubic one. */
  public static Weights fitGrid(
      Weights weights, String name, int prefix, int height, int width, ResizeFilter filter) {
    if (!weights.names().contains(name)) {
      return weights;
    }
    Tensor old = weights.get(name);
    long[] shape = old.shape();
    int rank = shape.length;
    if (rank < 2 || rank > 3 || (rank == 3 && shape[0] != 1)) {
      return weights;
    }
    long patches = shape[rank - 2] - prefix;
    int side = (int) Math.round(Math.sqrt((double) Math.max(patches, 0)));
    if (patches == (long) height * width || side < 1 || (long) side * side != patches) {
      return weights;
    }
    int channels = (int) shape[rank - 1];
    float[] resized = resize(old.toFloats(), prefix, side, height, width, channels, filter);
    shape[rank - 2] = prefix + (long) height * width;
    return weights.replacing(name, Tensor.of(resized, shape));
  }

  private static float[] resize(
      float[] values,
      int prefix,
      int side,
      int height,
      int width,
      int channels,
      ResizeFilter filter) {
    double[][] rows = filter.weights(side, height);
    double[][] columns = filter.weights(side, width);
    double[] halfway = new double[side * width * channels];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < width; x++) {
        for (int s = 0; s < side; s++) {
          double factor = columns[x][s];
          if (factor != 0) {
            int from = (prefix + y * side + s) * channels;
            int to = (y * width + x) * channels;
            for (int c = 0; c < channels; c++) {
              halfway[to + c] += factor * values[from + c];
            }
          }
        }
      }
    }
    float[] result = new float[(prefix + height * width) * channels];
    System.arraycopy(values, 0, result, 0, prefix * channels);
    double[] pixel = new double[channels];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        java.util.Arrays.fill(pixel, 0);
        for (int s = 0; s < side; s++) {
          double factor = rows[y][s];
          if (factor != 0) {
            for (int c = 0; c < channels; c++) {
              pixel[c] += factor * halfway[(s * width + x) * channels + c];
            }
          }
        }
        for (int c = 0; c < channels; c++) {
          result[(prefix + y * width + x) * channels + c] = (float) pixel[c];
        }
      }
    }
    return result;
  }

  /**
   * Interpolates a line of positional embeddings to another length: linear, between pixel centres.
   * The rows after the line, such as the class token's, do not change. A checkpoint without the
   * name is returned unchanged.
   *
   * @param name the entry, {@code [oldLength + suffix, width]}
   * @param suffix the number of rows after the line
   */
  static Weights fitLine(Weights weights, String name, int length, int suffix) {
    if (!weights.names().contains(name)) {
      return weights;
    }
    Tensor old = weights.get(name);
    long[] shape = old.shape();
    if (shape.length != 2 || shape[0] == length + suffix || shape[0] <= suffix) {
      return weights;
    }
    int from = (int) shape[0] - suffix;
    int channels = (int) shape[1];
    float[] values = old.toFloats();
    float[] result = new float[(length + suffix) * channels];
    double scale = (double) from / length;
    for (int i = 0; i < length; i++) {
      double source = Math.max(scale * (i + 0.5) - 0.5, 0);
      int left = Math.min((int) source, from - 1);
      int right = Math.min(left + 1, from - 1);
      double share = source - left;
      for (int c = 0; c < channels; c++) {
        result[i * channels + c] =
            (float)
                ((1 - share) * values[left * channels + c] + share * values[right * channels + c]);
      }
    }
    System.arraycopy(values, from * channels, result, length * channels, suffix * channels);
    return weights.replacing(name, Tensor.of(result, (long) length + suffix, channels));
  }

  /**
   * Returns fixed sine-cosine positional embeddings of a grid (He et al. 2021, arXiv 2111.06377):
   * half of the width for the column, half for the row; zeros for the class token.
   *
   * @return {@code float32[1 + side * side, width]}
   */
  static Tensor sinCosGrid(int width, int side) {
    float[] table = new float[(1 + side * side) * width];
    int quarter = width / 4;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int at = (1 + y * side + x) * width;
        for (int i = 0; i < quarter; i++) {
          double frequency = Math.pow(10000, -(double) i / quarter);
          table[at + i] = (float) Math.sin(x * frequency);
          table[at + quarter + i] = (float) Math.cos(x * frequency);
          table[at + 2 * quarter + i] = (float) Math.sin(y * frequency);
          table[at + 3 * quarter + i] = (float) Math.cos(y * frequency);
        }
      }
    }
    return Tensor.of(table, 1L + (long) side * side, width);
  }
}
