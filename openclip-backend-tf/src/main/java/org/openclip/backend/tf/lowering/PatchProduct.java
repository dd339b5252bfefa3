package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * A convolution whose windows lie side by side, such as a patch embedding, as one matrix product.
 * Its derivative by the weight is one, too, which is faster than that of a convolution.
 */
final class PatchProduct {
  private final Lowering lowering;
  private final Emitter out;

  PatchProduct(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  /** Returns whether the windows of a convolution cut a picture of channels first into patches. */
  boolean suit(NeuralOp.Convolution c) {
    Shape picture = c.input().shape();
    Shape kernel = c.weight().shape();
    return c.groups() == 1
        && c.pads().equals(NeuralOp.Pads.NONE)
        && kernel.size(2) == c.strideHeight()
        && kernel.size(3) == c.strideWidth()
        && kernel.size(2) * kernel.size(3) > 1
        && picture.dim(2).fixed()
        && picture.dim(3).fixed()
        && picture.size(2) % kernel.size(2) == 0
        && picture.size(3) % kernel.size(3) == 0
        && lowering.forms(c.input()).first(c.input()).layout() == Layout.PLAIN;
  }

  /** Returns the result without the bias, with channels last. */
  Output product(NeuralOp.Convolution c) {
    DataType dense = lowering.dense();
    Value input = c.input();
    Shape kernel = c.weight().shape();
    long channels = input.shape().size(1);
    long made = kernel.size(0);
    long height = kernel.size(2);
    long width = kernel.size(3);
    long rows = input.shape().size(2) / height;
    long columns = input.shape().size(3) / width;
    Output picture = lowering.get(input, Layout.PLAIN, dense);
    Output cut =
        out.op("Reshape", picture, out.integers(-1, channels, rows, height, columns, width));
    Output patches =
        out.op(
            "Reshape",
            out.transpose(cut, 0, 2, 4, 1, 3, 5),
            out.integers(-1, channels * height * width));
    Output weight =
        out.op(
            "Reshape",
            lowering.get(c.weight(), Layout.PLAIN, dense),
            out.integers(made, channels * height * width));
    Output product = out.begin("MatMul", patches, weight).attr("transpose_b", true).build();
    return out.op("Reshape", product, out.integers(-1, rows, columns, made));
  }
}
