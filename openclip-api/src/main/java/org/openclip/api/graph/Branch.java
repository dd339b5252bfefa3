package org.openclip.api.graph;

import org.openclip.api.graph.NeuralOp.BatchNorm;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.tensor.Weights;

/** A sum of convolutions of one image, as a formula over their weights. */
sealed interface Branch {
  /** What a branch's own filters and biases are added to. */
  final class Filters {
    final int perGroup;
    final int height;
    final int width;
    final float[] weight;
    final double[] bias;

    /**
     * Creates zeros.
     *
     * @param channels the channels of the result
     * @param perGroup the channels of the image that each of them sees
     * @param height rows of a filter
     * @param width columns of a filter
     */
    Filters(int channels, int perGroup, int height, int width) {
      this.perGroup = perGroup;
      this.height = height;
      this.width = width;
      this.weight = new float[channels * perGroup * height * width];
      this.bias = new double[channels];
    }

    float[] biases() {
      float[] biases = new float[bias.length];
      for (int channel = 0; channel < biases.length; channel++) {
        biases[channel] = (float) bias[channel];
      }
      return biases;
    }
  }

  /**
   * Adds the branch's filters.
   *
   * @param factors what the branch is multiplied by, for every channel
   */
  void addTo(Filters filters, double[] factors, Weights weights);

  /** Returns the numbers of a parameter. */
  private static float[] numbers(Value parameter, Weights weights) {
    return weights.get(parameter.label()).toFloats();
  }

  /** The image itself. */
  record Identity() implements Branch {
    @Override
    public void addTo(Filters filters, double[] factors, Weights weights) {
      int size = filters.height * filters.width;
      for (int channel = 0; channel < factors.length; channel++) {
        int filter = channel * filters.perGroup + channel % filters.perGroup;
        filters.weight[filter * size + size / 2] += (float) factors[channel];
      }
    }
  }

  /**
   * One convolution, whose filters lie in the middle of larger ones.
   *
   * @param op the convolution
   */
  record Single(Convolution op) implements Branch {
    @Override
    public void addTo(Filters filters, double[] factors, Weights weights) {
      float[] own = numbers(op.weight(), weights);
      int height = Math.toIntExact(op.weight().shape().size(2));
      int width = Math.toIntExact(op.weight().shape().size(3));
      int down = (filters.height - height) / 2;
      int across = (filters.width - width) / 2;
      int first = down * filters.width + across;
      for (int filter = 0; filter < own.length / (height * width); filter++) {
        double factor = factors[filter / filters.perGroup];
        int to = filter * filters.height * filters.width + first;
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            filters.weight[to + y * filters.width + x] +=
                (float) (own[(filter * height + y) * width + x] * factor);
          }
        }
      }
      Value bias = op.bias();
      float[] biases = bias == null ? new float[factors.length] : numbers(bias, weights);
      for (int channel = 0; channel < factors.length; channel++) {
        filters.bias[channel] += biases[channel] * factors[channel];
      }
    }
  }

  /**
   * A batch norm by its running statistics.
   *
   * @param branch what is normalised
   * @param op the norm
   */
  record Normed(Branch branch, BatchNorm op) implements Branch {
    @Override
    public void addTo(Filters filters, double[] factors, Weights weights) {
      float[] scale = numbers(op.weight(), weights);
      float[] bias = numbers(op.bias(), weights);
      float[] mean = numbers(op.mean(), weights);
      float[] variance = numbers(op.variance(), weights);
      double[] scaled = new double[factors.length];
      for (int channel = 0; channel < factors.length; channel++) {
        double ratio = scale[channel] / Math.sqrt(variance[channel] + op.epsilon());
        scaled[channel] = factors[channel] * ratio;
        filters.bias[channel] += factors[channel] * (bias[channel] - mean[channel] * ratio);
      }
      branch.addTo(filters, scaled, weights);
    }
  }

  /**
   * A product with a factor of each channel.
   *
   * @param branch what is multiplied
   * @param factor the parameter
   */
  record Scaled(Branch branch, Value factor) implements Branch {
    @Override
    public void addTo(Filters filters, double[] factors, Weights weights) {
      float[] numbers = numbers(factor, weights);
      double[] scaled = new double[factors.length];
      for (int channel = 0; channel < factors.length; channel++) {
        scaled[channel] = factors[channel] * numbers[channel];
      }
      branch.addTo(filters, scaled, weights);
    }
  }

  /**
   * A sum or difference.
   *
   * @param left the first branch
   * @param right the second one
   * @param sign 1 or -1, before the second
   */
  record Sum(Branch left, Branch right, int sign) implements Branch {
    @Override
    public void addTo(Filters filters, double[] factors, Weights weights) {
      left.addTo(filters, factors, weights);
      double[] signed = factors.clone();
      for (int channel = 0; channel < signed.length; channel++) {
        signed[channel] *= sign;
      }
      right.addTo(filters, signed, weights);
    }
  }
}
