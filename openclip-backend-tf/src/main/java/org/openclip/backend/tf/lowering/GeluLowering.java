package org.openclip.backend.tf.lowering;

import java.util.List;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The translation of GELU. Numbers in bfloat16 are computed in float32, as PyTorch does: TensorFlow
 * converts bfloat16 in every single operation, which takes longer than the operation.
 */
final class GeluLowering {
  private final Lowering lowering;
  private final Emitter out;

  GeluLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(NeuralOp.Gelu gelu, Value value) {
    Form input = lowering.forms(gelu.input()).first(gelu.input());
    Output given = input.output();
    DataType narrow = input.type();
    DataType type = narrow == DataType.BFLOAT16 ? DataType.FLOAT32 : narrow;
    Output x = out.cast(given, narrow, type);
    Output result =
        switch (gelu.form()) {
          case ERF -> exact(given, x, narrow, type);
          case TANH -> {
            Output cube = out.op("Mul", out.op("Square", x), x);
            Output inner = out.op("AddV2", x, out.op("Mul", cube, out.number(0.044715, type)));
            Output scaled = out.op("Mul", inner, out.number(Math.sqrt(2 / Math.PI), type));
            yield out.cast(out.op("Mul", half(out.op("Tanh", scaled), type), x), type, narrow);
          }
          case QUICK -> {
            Output share = out.op("Sigmoid", out.op("Mul", x, out.number(1.702, type)));
            yield out.cast(out.op("Mul", x, share), type, narrow);
          }
        };
    lowering.put(value, input.layout(), narrow, result);
  }

  /** Returns {@code (1 + y) / 2}. */
  private Output half(Output y, DataType type) {
    return out.op("Mul", out.op("AddV2", y, out.number(1, type)), out.number(0.5, type));
  }

  /** Returns {@code x} times the share of the normal distribution below it. */
  private Output exact(Output given, Output x, DataType narrow, DataType type) {
    Output scaled = out.op("Mul", x, out.number(Math.sqrt(0.5), type));
    Output share = half(out.op("Erf", scaled), type);
    Output result = out.cast(out.op("Mul", share, x), type, narrow);
    if (!Joint.possible(lowering)) {
      return result;
    }
    return new Joint(lowering.graph(), result, narrow)
        .by(given, narrow)
        .derived(
            incoming -> {
              Output slope = slope(scaled, share, type);
              Output product = out.op("Mul", out.cast(incoming, narrow, type), slope);
              return List.of(out.cast(product, type, narrow));
            });
  }

  /**
   * Returns the derivative by {@code x}: the share below it, and {@code x} times the density, which
   * is {@code scaled · exp(-scaled²) / √π}.
   */
  private Output slope(Output scaled, Output share, DataType type) {
    // TensorFlow computes the three operations in one pass.
    Output bell = out.op("Exp", out.op("Neg", out.op("Square", scaled)));
    Output density = out.op("Mul", bell, out.number(1 / Math.sqrt(Math.PI), type));
    return out.op("AddV2", share, out.op("Mul", scaled, density));
  }
}
