package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The translation of {@link SwitchBackLinear}: a product of integers there, one for the derivative
 * by the input back, and a product of floating-point numbers for the derivative by the weight.
 */
final class SwitchBackLowering {
  private final Lowering lowering;
  private final Emitter out;

  SwitchBackLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(SwitchBackLinear linear, Value value) {
    DataType dense = lowering.dense();
    Output x = lowering.get(linear.input(), Layout.ROWS, DataType.FLOAT32);
    Output weight = lowering.get(linear.weight(), Layout.PLAIN, DataType.FLOAT32);
    SwitchBackLayer layer =
        new SwitchBackLayer(lowering, linear.form(), x, weight, linear.weight());
    Output product = out.cast(layer.product(), DataType.FLOAT32, dense);
    if (lowering.phase().derived()) {
      product =
          new Joint(lowering.graph(), product, dense)
              .by(x, DataType.FLOAT32)
              .by(weight, DataType.FLOAT32)
              .derived(layer::derivatives);
    }
    Value bias = linear.bias();
    if (bias != null) {
      product = out.op("BiasAdd", product, lowering.get(bias, Layout.PLAIN, dense));
    }
    Layout layout = value.shape().rank() == 2 ? Layout.PLAIN : Layout.ROWS;
    lowering.put(value, layout, dense, product);
  }
}
