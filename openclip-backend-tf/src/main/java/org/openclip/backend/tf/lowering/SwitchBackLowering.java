package org.openclip.backend.tf.lowering;

import java.util.List;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The translation of {@link SwitchBackLinear}: a product of integers there, one for the derivative
 * by the input back, and a product of floating-point numbers for the derivative by the weight.
 */
final class SwitchBackLowering {
  /** No derivative of it is TensorFlow's own, and it has as many operands as are needed. */
  private static final String JOINT = "IdentityN";

  private final Lowering lowering;
  private final Emitter out;
  private final IntegerProducts integers;

  SwitchBackLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
    this.integers = new IntegerProducts(out);
  }

  void lower(SwitchBackLinear linear, Value value) {
    DataType dense = lowering.dense();
    Output x = lowering.get(linear.input(), Layout.ROWS, DataType.FLOAT32);
    Output weight = lowering.get(linear.weight(), Layout.PLAIN, DataType.FLOAT32);
    Layer layer = new Layer(linear.form(), x, weight, linear.weight());
    Output product = out.cast(layer.product(), DataType.FLOAT32, dense);
    if (lowering.phase().derived()) {
      Output joint =
          out.graph()
              .op(JOINT)
              .inputList(List.of(out.op("StopGradient", product), x, weight))
              .types("T", List.of(dense, DataType.FLOAT32, DataType.FLOAT32))
              .build();
      out.graph().derive(JOINT, joint, layer::derivatives);
      product = joint;
    }
    Value bias = linear.bias();
    if (bias != null) {
      product = out.op("BiasAdd", product, lowering.get(bias, Layout.PLAIN, dense));
    }
    Layout layout = value.shape().rank() == 2 ? Layout.PLAIN : Layout.ROWS;
    lowering.put(value, layout, dense, product);
  }

  /** A layer whose way there has been written. */
  private final class Layer {
    private final SwitchBackForm form;
    private final Output x;
    private final Output weight;
    private final long inputs;
    private final long outputs;
    private final IntegerProducts.Rounded roundedInput;
    private final IntegerProducts.Rounded roundedWeight;

    Layer(SwitchBackForm form, Output x, Output weight, Value shape) {
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

    /**
     * Returns the derivatives by the product itself, which nothing reads, the input and the weight.
     */
    List<Output> derivatives(Output incoming) {
      DataType dense = lowering.dense();
      Output result = out.cast(incoming, dense, DataType.FLOAT32);
      IntegerProducts.Rounded back =
          form == SwitchBackForm.VECTORWISE ? integers.rounded(weight, 0) : roundedWeight;
      Output byInput =
          integers.product(
              integers.rounded(result, 1), back.numbers(), false, outputs, back.scale());
      Output seen =
          form == SwitchBackForm.GLOBAL_MEMORY_EFFICIENT
              ? out.op("Mul", roundedInput.numbers(), roundedInput.scale())
              : x;
      Output byWeight =
          out.begin("MatMul", incoming, out.cast(seen, DataType.FLOAT32, dense))
              .attr("transpose_a", true)
              .build();
      return List.of(incoming, byInput, out.cast(byWeight, dense, DataType.FLOAT32));
    }
  }
}
