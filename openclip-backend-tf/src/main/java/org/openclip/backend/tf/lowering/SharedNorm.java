package org.openclip.backend.tf.lowering;

import java.util.List;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * A batch norm over the pictures of all processes that train together: as one process would have it
 * that sees all of them. Sums are made and sent in float64.
 */
final class SharedNorm {
  private static final DataType REAL = DataType.FLOAT32;

  private final Lowering lowering;
  private final Emitter out;

  SharedNorm(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void write(NeuralOp.BatchNorm norm, Value value) {
    Value input = norm.input();
    long channels = input.shape().size(1);
    Output x = lowering.get(input, Layout.CHANNELS_LAST, REAL);
    Output sums = lowering.phase().sumOfAll(out.concat(List.of(channelSums(x), count(x)), 0));
    Output count = out.op("Slice", sums, out.integers(channels), out.integers(1));
    Output mean = mean(out.op("Slice", sums, out.integers(0), out.integers(channels)), count);
    Output centred = out.op("Sub", x, mean);
    Output squares = lowering.phase().sumOfAll(channelSums(out.op("Square", centred)));
    Output variance = mean(squares, count);
    lowering
        .phase()
        .observe(norm, out.op("Reshape", mean, out.integers(-1)), unbiased(squares, count));
    Output root = out.op("Rsqrt", out.op("AddV2", variance, out.number(norm.epsilon(), REAL)));
    Output weight = lowering.get(norm.weight(), Layout.PLAIN, REAL);
    Output bias = lowering.get(norm.bias(), Layout.PLAIN, REAL);
    Output result = out.op("AddV2", out.op("Mul", centred, out.op("Mul", root, weight)), bias);
    DataType type = lowering.narrowPictures() ? lowering.dense() : REAL;
    lowering.put(value, Layout.CHANNELS_LAST, type, out.cast(result, REAL, type));
  }

  private Output channelSums(Output picture) {
    return out.reduce("Sum", out.toDouble(picture), false, 0, 1, 2);
  }

  /** Returns how many numbers each channel has here, as a list of one. */
  private Output count(Output picture) {
    Output sizes = out.op("Slice", out.op("Shape", picture), out.integers(0), out.integers(3));
    return out.toDouble(out.reduce("Prod", sizes, true, 0));
  }

  private Output mean(Output sums, Output count) {
    return single(out.op("RealDiv", sums, count));
  }

  /** Returns the squares divided by one less than there are numbers. */
  private Output unbiased(Output squares, Output count) {
    Output one = out.toDouble(out.number(1, REAL));
    Output less = out.op("Maximum", out.op("Sub", count, one), one);
    return single(out.op("RealDiv", squares, less));
  }

  private Output single(Output numbers) {
    return out.begin("Cast", numbers).attr("DstT", REAL).build();
  }
}
