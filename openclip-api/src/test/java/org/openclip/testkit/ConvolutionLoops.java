package org.openclip.testkit;

/**
 * A convolution and its derivatives as loops in double precision: no blocks of channels, no padding
 * that is stored, so that nothing of a kernel's arrangement can go wrong.
 *
 * @param batch pictures
 * @param in channels of a picture
 * @param out channels of a result
 * @param groups of channels that do not see each other
 * @param kernel rows and columns of the filter
 * @param stride rows, and columns, between two windows
 * @param size rows and columns of a picture
 */
record ConvolutionLoops(int batch, int in, int out, int groups, int kernel, int stride, int size) {

  /** The zeros around the picture. */
  int padding() {
    return kernel / 2;
  }

  /** The rows and columns of a result. */
  int windows() {
    return (size + 2 * padding() - kernel) / stride + 1;
  }

  @Override
  public String toString() {
    return "convolution %s->%s groups %s kernel %s stride %s of %sx%sx%s"
        .formatted(in, out, groups, kernel, stride, batch, size, size);
  }

  /**
   * Returns {@code [batch, out, windows, windows]}.
   *
   * @param picture {@code [batch, in, size, size]}
   * @param filter {@code [out, in / groups, kernel, kernel]}
   */
  double[] forward(double[] picture, double[] filter, double[] bias) {
    double[] result = new double[batch * out * windows() * windows()];
    products((p, f, r) -> result[r] += picture[p] * filter[f]);
    for (int r = 0; r < result.length; r++) {
      result[r] += bias[channel(r)];
    }
    return result;
  }

  /**
   * Returns the derivative by the picture.
   *
   * @param above the derivative by the result
   */
  double[] byPicture(double[] above, double[] filter) {
    double[] derivative = new double[batch * in * size * size];
    products((p, f, r) -> derivative[p] += above[r] * filter[f]);
    return derivative;
  }

  /** Returns the derivative by the filter. */
  double[] byFilter(double[] above, double[] picture) {
    double[] derivative = new double[out * (in / groups) * kernel * kernel];
    products((p, f, r) -> derivative[f] += above[r] * picture[p]);
    return derivative;
  }

  /** Returns the derivative by the bias. */
  double[] byBias(double[] above) {
    double[] derivative = new double[out];
    for (int r = 0; r < above.length; r++) {
      derivative[channel(r)] += above[r];
    }
    return derivative;
  }

  private int channel(int result) {
    return result / (windows() * windows()) % out;
  }

  /** What is done with each product of a picture's element and a filter's for a result's. */
  private interface Product {
    void at(int picture, int filter, int result);
  }

  private void products(Product product) {
    int each = in / groups;
    int windows = windows();
    for (int n = 0; n < batch; n++) {
      for (int o = 0; o < out; o++) {
        int first = o / (out / groups) * each;
        for (int i = 0; i < each; i++) {
          int plane = (n * in + first + i) * size;
          for (int y = 0; y < windows * windows; y++) {
            int top = y / windows * stride - padding();
            int left = y % windows * stride - padding();
            for (int k = 0; k < kernel * kernel; k++) {
              int row = top + k / kernel;
              int column = left + k % kernel;
              if (row >= 0 && row < size && column >= 0 && column < size) {
                product.at(
                    (plane + row) * size + column,
                    (o * each + i) * kernel * kernel + k,
                    (n * out + o) * windows * windows + y);
              }
            }
          }
        }
      }
    }
  }
}
