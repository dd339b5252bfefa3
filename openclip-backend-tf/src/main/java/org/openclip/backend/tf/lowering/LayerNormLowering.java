package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The translation of layer norms, in float32. In a training, the derivatives are those of the
 * normalised rows (Ba et al. 2016, arXiv 1607.06450), which take half as many passes over the
 * numbers as those of each single operation.
 */
final class LayerNormLowering {
  private static final DataType REAL = DataType.FLOAT32;

  private final Lowering lowering;
  private final Emitter out;

  LayerNormLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(NeuralOp.LayerNorm norm, Value value) {
    Value input = norm.input();
    boolean joint = input.shape().rank() > 1 && Joint.possible(lowering);
    boolean rows = joint || lowering.forms(input).lies(input, Layout.ROWS);
    Layout layout = rows ? Layout.ROWS : Layout.PLAIN;
    Output x = lowering.get(input, layout, REAL);
    int last = rows && input.shape().rank() > 1 ? 1 : input.shape().rank() - 1;
    Output centred = out.op("Sub", x, out.reduce("Mean", x, true, last));
    Output variance = out.reduce("Mean", out.op("Square", centred), true, last);
    Output root = out.op("Rsqrt", out.op("AddV2", variance, out.number(norm.epsilon(), REAL)));
    Output unit = out.op("Mul", centred, root);
    Output weight = real(norm.weight());
    Output bias = real(norm.bias());
    Output scaled = weight == null ? unit : out.op("Mul", unit, weight);
    Output result = bias == null ? scaled : out.op("AddV2", scaled, bias);
    if (joint) {
      Joint made = new Joint(lowering.graph(), result, REAL).by(x, REAL);
      if (weight != null) {
        made.by(weight, REAL);
      }
      if (bias != null) {
        made.by(bias, REAL);
      }
      long width = input.shape().size(-1);
      result = made.derived(g -> derivatives(g, unit, root, weight, bias, width));
    }
    lowering.put(value, layout, REAL, result);
  }

  private List<Output> derivatives(
      Output incoming,
      Output unit,
      Output root,
      @Nullable Output weight,
      @Nullable Output bias,
      long width) {
    Output product = out.op("Mul", incoming, unit);
    Output byUnit = weight == null ? incoming : out.op("Mul", incoming, weight);
    Output along =
        weight == null
            ? out.reduce("Mean", product, true, 1)
            : out.op("MatMul", product, column(weight, width));
    Output mean = out.reduce("Mean", byUnit, true, 1);
    Output rest = out.op("Sub", out.op("Sub", byUnit, mean), out.op("Mul", unit, along));
    List<Output> derivatives = new ArrayList<>();
    derivatives.add(out.op("Mul", rest, root));
    if (weight != null) {
      derivatives.add(out.reduce("Sum", product, false, 0));
    }
    if (bias != null) {
      derivatives.add(out.reduce("Sum", incoming, false, 0));
    }
    return derivatives;
  }

  /** Returns the weight divided by the width, as a matrix of one column. */
  private Output column(Output weight, long width) {
    Output share = out.op("Mul", weight, out.number(1.0 / width, REAL));
    return out.op("Reshape", share, out.integers(width, 1));
  }

  private @Nullable Output real(@Nullable Value value) {
    return value == null ? null : lowering.get(value, Layout.PLAIN, REAL);
  }
}
