package org.openclip.backend.tf.lowering;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.tf.runtime.Output;

/** The translation of normalisations, always in float32. */
final class NormLowering {
  private static final DataType REAL = DataType.FLOAT32;

  private final Lowering lowering;
  private final Emitter out;

  NormLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void layerNorm(NeuralOp.LayerNorm norm, Value value) {
    Layout layout = layout(norm.input());
    Output x = lowering.get(norm.input(), layout, REAL);
    int last = last(norm.input(), layout);
    Output centred = out.op("Sub", x, out.reduce("Mean", x, true, last));
    Output variance = out.reduce("Mean", out.op("Square", centred), true, last);
    Output unit = out.op("Mul", centred, inverseRoot(variance, norm.epsilon()));
    lowering.put(value, layout, REAL, affine(unit, norm.weight(), norm.bias()));
  }

  void rmsNorm(NeuralOp.RmsNorm norm, Value value) {
    Layout layout = layout(norm.input());
    Output x = lowering.get(norm.input(), layout, REAL);
    Output square = out.reduce("Mean", out.op("Square", x), true, last(norm.input(), layout));
    Output unit = out.op("Mul", x, inverseRoot(square, norm.epsilon()));
    lowering.put(value, layout, REAL, affine(unit, norm.weight(), null));
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

  /** Normalises by the batch's own statistics, which the phase takes note of. */
  private void fromBatch(NeuralOp.BatchNorm norm, Value value) {
    Value input = norm.input();
    Layout layout = channels(input);
    Output x = lowering.get(input, layout, REAL);
    if (layout == Layout.PLAIN) {
      throw new UnsupportedOperationException(
          "batch norm of shape " + input.shape() + " in training; it must be a picture's");
    }
    Output none = out.constant(Tensor.of(new float[0], 0));
    Output result =
        out.begin("FusedBatchNormV3", x, real(norm.weight()), real(norm.bias()), none, none)
            .attr("epsilon", norm.epsilon())
            .attr("data_format", "NHWC")
            .attr("is_training", true)
            .build();
    lowering
        .phase()
        .observe(norm, new Output(result.operation(), 1), new Output(result.operation(), 2));
    lowering.put(value, layout, REAL, result);
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

  private Output affine(Output unit, @Nullable Value weight, @Nullable Value bias) {
    Output scaled = weight == null ? unit : out.op("Mul", unit, real(weight));
    return bias == null ? scaled : out.op("AddV2", scaled, real(bias));
  }

  private Output real(Value value) {
    return lowering.get(value, Layout.PLAIN, REAL);
  }
}
