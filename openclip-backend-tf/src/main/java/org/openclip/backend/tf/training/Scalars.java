package org.openclip.backend.tf.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.StepOptions;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/**
 * The numbers that are fed with every step. Adam's corrections are computed here in double
 * precision: a float32 loses most of {@code 1 - beta2ᵗ} in the first steps.
 *
 * @param seed {@code int64[2]}
 * @param rate the learning rate
 * @param step the number of the step
 * @param adamRate the learning rate with Adam's corrections
 * @param adamEpsilon Adam's epsilon with its correction
 */
record Scalars(Output seed, Output rate, Output step, Output adamRate, Output adamEpsilon) {
  static Scalars of(Emitter out) {
    return new Scalars(
        out.graph()
            .op("Placeholder", "seed")
            .attr("dtype", DataType.INT64)
            .shape("shape", 2)
            .build(),
        scalar(out, "rate"),
        scalar(out, "step"),
        scalar(out, "adam_rate"),
        scalar(out, "adam_epsilon"));
  }

  private static Output scalar(Emitter out, String name) {
    return out.graph()
        .op("Placeholder", name)
        .attr("dtype", DataType.FLOAT32)
        .shape("shape")
        .build();
  }

  /** Returns the placeholders of what {@link #values} returns. */
  List<Output> feeds() {
    return List.of(seed, rate, step, adamRate, adamEpsilon);
  }

  /**
   * Returns the numbers of a step.
   *
   * @param part which part of the batch, from 0
   */
  List<NativeTensor> values(StepOptions options, Optimizer optimizer, int part) {
    double step = (double) options.step();
    double adamRate = options.learningRate();
    double epsilon = 0;
    if (optimizer instanceof AdamW adam) {
      double root = Math.sqrt(1 - Math.pow(adam.beta2(), step));
      adamRate *= root / (1 - Math.pow(adam.beta1(), step));
      epsilon = adam.epsilon() * root;
    }
    List<NativeTensor> values = new ArrayList<>();
    values.add(
        NativeTensor.copyOf(
            Tensor.of(new long[] {options.seed(), (options.step() << 20) + part}, 2)));
    for (double value : new double[] {options.learningRate(), step, adamRate, epsilon}) {
      ByteBuffer bytes = Tensor.allocate(4).putFloat(0, (float) value);
      values.add(NativeTensor.copyOf(Tensor.of(DataType.FLOAT32, bytes)));
    }
    return values;
  }
}
