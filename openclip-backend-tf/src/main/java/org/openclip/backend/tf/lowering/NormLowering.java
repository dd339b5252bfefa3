package org.openclip.backend.tf.lowering;

import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.tf.runtime.Output;

/** The translation of normalisations but layer norms, always in float32. */
final class NormLowering {
  private static final DataType REAL = DataType.FLOAT32;

  /** The kernel of batch norms is ten times slower where channels are no multiple of it. */
  private static final long CHANNELS = 16;

  private final Lowering lowering;
  private final Emitter out;

  NormLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void rmsNorm(NeuralOp.RmsNorm norm, Value value) {
    Layout layout = layout(norm.input());
    Output x = lowering.get(norm.input(), layout, REAL);
    Output square = out.reduce("Mean", out.op("Square", x), true, last(norm.input(), layout));
    Output unit = out.op("Mul", x, inverseRoot(square, norm.epsilon()));
    lowering.put(value, layout, REAL, scaled(unit, norm.weight()));
  }

  void l2Normalize(NeuralOp.L2Normalize norm, Value value) {
    Layout layout = layout(norm.input());
    Output x = lowering.get(norm.input(), layout, REAL);
    Output sum = out.reduce("Sum", out.op("Square", x), true, last(norm.input(), layout));
    Output length = out.op("Maximum", out.op("Sqrt", sum), out.number(norm.epsilon(), REAL));
    lowering.put(value, layout, REAL, out.op("RealDiv", x, length));
  }

  void batchNorm(NeuralOp.BatchNorm norm, Value value) {
    if (lowering.phase().batchStatistics(norm)) {
      fromBatch(norm, value);
      return;
    }
    Output scale =
        out.op("Mul", real(norm.weight()), inverseRoot(real(norm.variance()), norm.epsilon()));
    Output shift = out.op("Sub", real(norm.bias()), out.op("Mul", real(norm.mean()), scale));
    Layout layout = channels(norm.input());
    Output x = lowering.get(norm.input(), layout, REAL);
    if (layout == Layout.PLAIN && norm.input().shape().rank() > 2) {
      Output column = out.integers(column(norm.input()));
      scale = out.op("Reshape", scale, column);
      shift = out.op("Reshape", shift, column);
    }
    lowering.put(value, layout, REAL, out.op("AddV2", out.op("Mul", x, scale), shift));
  }

  /**
   * Normalises by the batch's own statistics, which the phase takes note of. TensorFlow's fused
   * kernel adds up a channel's numbers one after the other in float32: over a whole batch of
   * pictures that loses three of seven digits, which only a training in bfloat16 does not have. In
   * float32 they are added up in float64.
   */
  private void fromBatch(NeuralOp.BatchNorm norm, Value value) {
    Value input = norm.input();
    Layout layout = channels(input);
    if (layout == Layout.PLAIN) {
      throw new OpenClipException(
          "batch norm trains on pictures [batch, channels, height, width], not on " + input);
    }
    if (lowering.phase().sharedStatistics()) {
      new SharedNorm(lowering).write(norm, value);
      return;
    }
    if (lowering.narrowPictures()) {
      fused(norm, value);
      return;
    }
    Output x = lowering.get(input, layout, REAL);
    Output mean = channelMeans(x);
    Output centred = out.op("Sub", x, mean);
    Output variance = channelMeans(out.op("Square", centred));
    lowering
        .phase()
        .observe(norm, out.op("Reshape", mean, out.integers(-1)), unbiased(variance, x));
    Output scale = out.op("Mul", inverseRoot(variance, norm.epsilon()), real(norm.weight()));
    Output result = out.op("AddV2", out.op("Mul", centred, scale), real(norm.bias()));
    lowering.put(value, layout, REAL, result);
  }

  /** Numbers come and go in the type of kernels; statistics are in float32. */
  private void fused(NeuralOp.BatchNorm norm, Value value) {
    Output none = out.constant(Tensor.of(REAL, Tensor.allocate(0), 0));
    Output x = lowering.get(norm.input(), Layout.CHANNELS_LAST, lowering.dense());
    Output weight = real(norm.weight());
    Output bias = real(norm.bias());
    long channels = norm.input().shape().size(1);
    long more = -channels & CHANNELS - 1;
    if (more > 0) {
      x = out.fill(x, lowering.dense(), 3, 4, more);
      weight = out.fill(weight, REAL, 0, 1, more);
      bias = out.fill(bias, REAL, 0, 1, more);
    }
    Output result =
        out.begin("FusedBatchNormV3", x, weight, bias, none, none)
            .attr("epsilon", (float) norm.epsilon())
            .attr("is_training", true)
            .build();
    Output mean = new Output(result.operation(), 1);
    Output variance = new Output(result.operation(), 2);
    if (more > 0) {
      result =
          out.op("Slice", result, out.integers(0, 0, 0, 0), out.integers(-1, -1, -1, channels));
      mean = out.op("Slice", mean, out.integers(0), out.integers(channels));
      variance = out.op("Slice", variance, out.integers(0), out.integers(channels));
    }
    lowering.phase().observe(norm, mean, variance);
    lowering.put(value, Layout.CHANNELS_LAST, lowering.dense(), result);
  }

  /** Returns the mean of each channel, {@code [1, 1, 1, channels]}. */
  private Output channelMeans(Output picture) {
    Output mean = out.reduce("Mean", out.toDouble(picture), true, 0, 1, 2);
    return out.begin("Cast", mean).attr("DstT", REAL).build();
  }

  /** Returns {@code n / (n - 1)} times the variance, as a list. */
  private Output unbiased(Output variance, Output x) {
    Output shape = out.op("Shape", x);
    Output sizes = out.op("Slice", shape, out.integers(0), out.integers(3));
    Output count = out.cast(out.reduce("Prod", sizes, false, 0), DataType.INT32, REAL);
    Output less = out.op("Maximum", out.op("Sub", count, out.number(1, REAL)), out.number(1, REAL));
    Output list = out.op("Reshape", variance, out.integers(-1));
    return out.op("Mul", list, out.op("RealDiv", count, less));
  }

  /** Returns the arrangement in which a picture's channels are last. */
  private static Layout channels(Value input) {
    return input.shape().rank() == 4 ? Layout.CHANNELS_LAST : Layout.PLAIN;
  }

  /** Returns {@code [channels, 1, …]}, which broadcasts over all axes after the channels. */
  private static long[] column(Value input) {
    long[] column = new long[input.shape().rank() - 1];
    java.util.Arrays.fill(column, 1);
    column[0] = input.shape().size(1);
    return column;
  }

  private Layout layout(Value input) {
    return lowering.forms(input).lies(input, Layout.ROWS) ? Layout.ROWS : Layout.PLAIN;
  }

  private static int last(Value input, Layout layout) {
    return layout == Layout.ROWS && input.shape().rank() > 2 ? 1 : input.shape().rank() - 1;
  }

  private Output inverseRoot(Output square, double epsilon) {
    return out.op("Rsqrt", out.op("AddV2", square, out.number(epsilon, REAL)));
  }

  private Output scaled(Output unit, @Nullable Value weight) {
    return weight == null ? unit : out.op("Mul", unit, real(weight));
  }

  private Output real(Value value) {
    return lowering.get(value, Layout.PLAIN, REAL);
  }
}
