package org.openclip.api.graph;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Layers of neural networks that numerical libraries implement as one kernel. */
public sealed interface NeuralOp extends Op {
  /** Lists the inputs that are there. */
  private static List<Value> present(@Nullable Value... values) {
    return Stream.of(values).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  /**
   * {@code input · weightᵀ + bias} over the last axis.
   *
   * @param input {@code [..., in]}
   * @param weight {@code [out, in]}
   * @param bias {@code [out]}, or null
   */
  record Linear(Value input, Value weight, @Nullable Value bias) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(input, weight, bias);
    }
  }

  /** What has a scale of its own where a {@link SwitchBackLinear} rounds a weight. */
  enum SwitchBackForm {
    /** The weight as a whole. */
    GLOBAL,
    /** Each row of the weight, and each column for the derivative by the input. */
    VECTORWISE,
    /** As {@link #GLOBAL}; the derivative by the weight sees the rounded input. */
    GLOBAL_MEMORY_EFFICIENT
  }

  /**
   * A {@link Linear} whose product is one of 8-bit integers, and whose derivative by the input is
   * one, too (SwitchBack, Wortsman et al. 2023, arXiv 2304.13013).
   *
   * <p>A row of the input is rounded to {@code round(127 x / max|x|)}, ties to even, and so is the
   * derivative by the result; the weight as the form says. Products of integers are exact. Zeros
   * stay zeros. The derivatives by weight and bias are those of {@code Linear}.
   *
   * @param input {@code [..., in]}
   * @param weight {@code [out, in]}
   * @param bias {@code [out]}, or null
   * @param form what of the weight is rounded together
   */
  record SwitchBackLinear(Value input, Value weight, @Nullable Value bias, SwitchBackForm form)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(input, weight, bias);
    }
  }

  /**
   * The matrix product of the last two axes; the axes before them are broadcast.
   *
   * @param left {@code [..., m, k]}
   * @param right {@code [..., k, n]}, or {@code [..., n, k]} when transposed
   * @param transposeRight whether the last two axes of {@code right} are swapped first
   */
  record MatMul(Value left, Value right, boolean transposeRight) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(left, right);
    }
  }

  /**
   * The padding around an image.
   *
   * @param top rows above
   * @param left columns before
   * @param bottom rows below
   * @param right columns after
   */
  record Pads(int top, int left, int bottom, int right) {
    /** No padding. */
    public static final Pads NONE = new Pads(0, 0, 0, 0);

    /** Returns the same number of pixels on every side. */
    public static Pads all(int pixels) {
      return new Pads(pixels, pixels, pixels, pixels);
    }
  }

  /**
   * A two-dimensional cross-correlation.
   *
   * @param input {@code [batch, in, height, width]}
   * @param weight {@code [out, in / groups, kernelHeight, kernelWidth]}
   * @param bias {@code [out]}, or null
   * @param strideHeight rows between two windows
   * @param strideWidth columns between two windows
   * @param pads zeros around the image
   * @param groups the number of groups of channels that do not see each other
   */
  record Convolution(
      Value input,
      Value weight,
      @Nullable Value bias,
      int strideHeight,
      int strideWidth,
      Pads pads,
      int groups)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(input, weight, bias);
    }
  }

  /** What a pooling window keeps. */
  enum Pooling {
    /** The mean of the window; padding counts as zeros. */
    MEAN,
    /** The largest element of the window. */
    MAX
  }

  /**
   * Pooling of every channel over windows.
   *
   * @param input {@code [batch, channels, height, width]}
   * @param pooling what is kept
   * @param kernelHeight rows of a window
   * @param kernelWidth columns of a window
   * @param strideHeight rows between two windows
   * @param strideWidth columns between two windows
   * @param pads pixels around the image
   */
  record Pool(
      Value input,
      Pooling pooling,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      Pads pads)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450).
   *
   * @param input {@code [..., width]}
   * @param weight {@code [width]}, or null for ones
   * @param bias {@code [width]}, or null for zeros
   * @param epsilon what is added to the variance
   */
  record LayerNorm(Value input, @Nullable Value weight, @Nullable Value bias, double epsilon)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(input, weight, bias);
    }
  }

  /**
   * Root-mean-square normalisation over the last axis (Zhang and Sennrich 2019, arXiv 1910.07467).
   *
   * @param input {@code [..., width]}
   * @param weight {@code [width]}, or null for ones
   * @param epsilon what is added to the mean square
   */
  record RmsNorm(Value input, @Nullable Value weight, double epsilon) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(input, weight);
    }
  }

  /**
   * Batch normalisation of axis 1 (Ioffe and Szegedy 2015, arXiv 1502.03167): by the running
   * statistics, or in training by those of the batch.
   *
   * @param input {@code [batch, channels, ...]}
   * @param weight {@code [channels]}
   * @param bias {@code [channels]}
   * @param mean running mean, {@code [channels]}
   * @param variance running variance, {@code [channels]}
   * @param epsilon what is added to the variance
   * @param momentum how much a batch moves the running statistics in training
   */
  record BatchNorm(
      Value input,
      Value weight,
      Value bias,
      Value mean,
      Value variance,
      double epsilon,
      double momentum)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(input, weight, bias, mean, variance);
    }
  }

  /**
   * Scaled dot-product attention of several heads, {@code softmax(scale · q kᵀ + mask) v}.
   *
   * @param query {@code [batch, queries, heads * width]}, the heads side by side
   * @param key {@code [batch, keys, heads * width]}
   * @param value {@code [batch, keys, heads * valueWidth]}
   * @param mask what is added to the scores, broadcast to {@code [batch, heads, queries, keys]}
   *     (all four axes present); minus infinity hides a key. Null for none
   * @param causal whether a query sees only the keys up to its own. The last query's own key is the
   *     last one; where there are more keys than queries, the first ones are seen by all
   * @param heads the number of heads
   * @param scale the factor of the scores, most often {@code 1 / sqrt(width)}
   */
  record Attention(
      Value query,
      Value key,
      Value value,
      @Nullable Value mask,
      boolean causal,
      int heads,
      double scale)
      implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return present(query, key, value, mask);
    }
  }

  /** The forms of the Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv 1606.08415). */
  enum GeluForm {
    /** {@code x/2 · (1 + erf(x / √2))}. */
    ERF,
    /** The approximation by tanh. */
    TANH,
    /** {@code x · sigmoid(1.702 x)}, as OpenAI's CLIP was trained. */
    QUICK
  }

  /**
   * The Gaussian error linear unit.
   *
   * @param input any shape
   * @param form which formula
   */
  record Gelu(Value input, GeluForm form) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Rows of a table by number.
   *
   * @param table {@code [rows, width]}
   * @param ids {@code int64[...]}, each at least 0 and below rows
   */
  record Embedding(Value table, Value ids) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(table, ids);
    }
  }

  /**
   * {@code input / max(‖input‖₂, epsilon)} over the last axis.
   *
   * @param input {@code [..., width]}
   * @param epsilon the smallest divisor
   */
  record L2Normalize(Value input, double epsilon) implements NeuralOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }
}
