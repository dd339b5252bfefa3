package org.openclip.backend.tf.lowering;

import java.util.List;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** A layer of {@link SwitchBackLinear} with its product and its derivatives. */
final class SwitchBackLayer {
  private final Lowering lowering;
  private final Emitter out;
  private final IntegerProducts integers;
  private final SwitchBackForm form;
  private final Output x;
  private final Output weight;
  private final long inputs;
  private final long outputs;
  private final IntegerProducts.Rounded roundedInput;
  private final IntegerProducts.Rounded roundedWeight;

  /**
   * Rounds the operands.
   *
   * @param shape the value of the weight
   */
  SwitchBackLayer(Lowering lowering, SwitchBackForm form, Output x, Output weight, Value shape) {
    this.lowering = lowering;
    this.out = lowering.out();
    this.integers = new IntegerProducts(out);
    this.form = form;
    this.x = x;
    this.weight = weight;
    this.outputs = shape.shape().size(0);
    this.inputs = shape.shape().size(1);
    this.roundedInput = integers.rounded(x, 1);
    this.roundedWeight =
        form == SwitchBackForm.VECTORWISE
            ? integers.rounded(weight, 1)
            : integers.rounded(weight, 0, 1);
  }

  Output product() {
    Output scale =
        form == SwitchBackForm.VECTORWISE
            ? out.op("Reshape", roundedWeight.scale(), out.integers(1, outputs))
            : roundedWeight.scale();
    return integers.product(roundedInput, roundedWeight.numbers(), true, inputs, scale);
  }

  /** Returns the derivatives by the input and the weight. */
  List<Output> derivatives(Output incoming) {
    DataType dense = lowering.dense();
    Output result = out.cast(incoming, dense, DataType.FLOAT32);
    IntegerProducts.Rounded back =
        form == SwitchBackForm.VECTORWISE ? integers.rounded(weight, 0) : roundedWeight;
    Output byInput =
        integers.product(integers.rounded(result, 1), back.numbers(), false, outputs, back.scale());
    Output seen =
        form == SwitchBackForm.GLOBAL_MEMORY_EFFICIENT
            ? out.op("Mul", roundedInput.numbers(), roundedInput.scale())
            : x;
    Output byWeight =
        out.begin("MatMul", incoming, out.cast(seen, DataType.FLOAT32, dense))
            .attr("transpose_a", true)
            .build();
    return List.of(byInput, out.cast(byWeight, dense, DataType.FLOAT32));
  }
}
