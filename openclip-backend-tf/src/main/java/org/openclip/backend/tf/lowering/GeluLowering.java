package org.openclip.backend.tf.lowering;

import java.util.List;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** The translation of GELU, in the type in which its input was computed. */
final class GeluLowering {
  private final Lowering lowering;
  private final Emitter out;

  GeluLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(NeuralOp.Gelu gelu, Value value) {
    Form input = lowering.forms(gelu.input()).first(gelu.input());
    Output x = input.output();
    DataType type = input.type();
    Output result =
        switch (gelu.form()) {
          case ERF -> exact(x, type);
          case TANH -> {
            Output cube = out.op("Mul", out.op("Square", x), x);
            Output inner = out.op("AddV2", x, out.op("Mul", cube, out.number(0.044715, type)));
            Output scaled = out.op("Mul", inner, out.number(Math.sqrt(2 / Math.PI), type));
            yield out.op("Mul", half(out.op("Tanh", scaled), type), x);
          }
          case QUICK ->
              out.op("Mul", x, out.op("Sigmoid", out.op("Mul", x, out.number(1.702, type))));
        };
    lowering.put(value, input.layout(), type, result);
  }

  /** Returns {@code (1 + y) / 2}. */
  private Output half(Output y, DataType type) {
    return out.op("Mul", out.op("AddV2", y, out.number(1, type)), out.number(0.5, type));
  }

  /** Returns {@code x} times the share of the normal distribution below it. */
  private Output exact(Output x, DataType type) {
    Output scaled = out.op("Mul", x, out.number(Math.sqrt(0.5), type));
    Output share = half(out.op("Erf", scaled), type);
    Output result = out.op("Mul", share, x);
    if (!Joint.possible(lowering)) {
      return result;
    }
    return new Joint(lowering.graph(), result, type)
        .by(x, type)
        .derived(incoming -> List.of(derivative(incoming, scaled, share, type)));
  }

  /**
   * Returns the derivative by {@code x}: the share below it, and {@code x} times the density, which
   * is {@code scaled · exp(-scaled²) / √π}.
   */
  private Output derivative(Output incoming, Output scaled, Output share, DataType type) {
    Output square = out.op("Square", scaled);
    Output density;
    if (type == DataType.FLOAT32) {
      // TensorFlow computes the three operations in one pass.
      Output bell = out.op("Exp", out.op("Neg", square));
      density = out.op("Mul", bell, out.number(1 / Math.sqrt(Math.PI), type));
    } else {
      Output exponent = out.op("Sub", out.number(-0.5 * Math.log(Math.PI), type), square);
      density = out.op("Exp", exponent);
    }
    Output slope = out.op("AddV2", share, out.op("Mul", scaled, density));
    return out.op("Mul", incoming, slope);
  }
}
