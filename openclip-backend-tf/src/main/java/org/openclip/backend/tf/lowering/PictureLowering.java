package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The translation of layers of pictures, with channels last: TensorFlow has no others on
 * processors. Padding is an operation of its own, since the derivative of a convolution knows none.
 */
final class PictureLowering {
  /** The bits of the four axes of a picture. */
  private static final long ALL_AXES = 0b1111;

  private static final long PAIR = 2;
  private static final long BLOCK = 32;

  private final Lowering lowering;
  private final Emitter out;
  private final PatchProduct patches;

  PictureLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
    this.patches = new PatchProduct(lowering);
  }

  void convolution(NeuralOp.Convolution layer, Value value) {
    DataType dense = lowering.dense();
    if (lowering.phase().derived() && patches.suit(layer)) {
      put(layer, patches.product(layer), value);
      return;
    }
    Output given = lowering.get(layer.input(), Layout.CHANNELS_LAST, dense);
    Output picture = same(layer) ? given : pad(given, layer.pads(), 0, dense);
    NeuralOp.Convolution c = layer;
    if (skips(layer)) {
      picture = everyNth(picture, layer.strideHeight(), layer.strideWidth());
      c =
          new NeuralOp.Convolution(
              layer.input(),
              layer.weight(),
              layer.bias(),
              1,
              1,
              NeuralOp.Pads.NONE,
              layer.groups());
    }
    Output kernel = lowering.kernel(c.weight());
    long in = c.input().shape().size(1);
    Output result;
    if (c.groups() == 1) {
      result = dense(picture, kernel, c);
    } else if (c.groups() == in && c.strideHeight() == c.strideWidth()) {
      result = channelwise(picture, depthwise(kernel, c), c);
    } else {
      result = grouped(picture, kernel, c);
    }
    put(c, result, value);
  }

  private void put(NeuralOp.Convolution c, Output result, Value value) {
    DataType dense = lowering.dense();
    long in = c.input().shape().size(1);
    Output biased = result;
    Value bias = c.bias();
    if (bias != null) {
      // In bfloat16, the bias' derivative would be a sum in bfloat16.
      DataType type = lowering.phase().derived() ? DataType.FLOAT32 : dense;
      // Behind a depthwise convolution, grappler's remapper stumbles over a bias that is one.
      String add = c.groups() == in ? "AddV2" : "BiasAdd";
      Output sum =
          out.op(add, out.cast(result, dense, type), lowering.get(bias, Layout.PLAIN, type));
      biased = out.cast(sum, type, dense);
    }
    lowering.put(value, Layout.CHANNELS_LAST, dense, biased);
  }

  /**
   * Returns whether a convolution of single pixels leaves some out. oneDNN's kernel for its
   * filter's derivative ({@code jit_1x1 backward_weights}) writes past its buffer for many sizes,
   * so that those pixels are left out before, and what is left is a product.
   */
  private static boolean skips(NeuralOp.Convolution c) {
    var shape = c.weight().shape();
    return shape.size(2) == 1
        && shape.size(3) == 1
        && (c.strideHeight() > 1 || c.strideWidth() > 1);
  }

  /** Returns the rows and columns that a window of one pixel sees. */
  private Output everyNth(Output picture, int rows, int columns) {
    return out.begin(
            "StridedSlice",
            picture,
            out.integers(0, 0, 0, 0),
            out.integers(0, 0, 0, 0),
            out.integers(1, rows, columns, 1))
        .attr("begin_mask", ALL_AXES)
        .attr("end_mask", ALL_AXES)
        .build();
  }

  /** Returns whether the padding is the one that keeps a picture's size, which kernels know. */
  private static boolean same(NeuralOp.Convolution c) {
    long height = c.weight().shape().size(2);
    long width = c.weight().shape().size(3);
    return c.strideHeight() == 1
        && c.strideWidth() == 1
        && height % 2 == 1
        && width % 2 == 1
        && c.pads()
            .equals(
                new NeuralOp.Pads(
                    (int) height / 2, (int) width / 2, (int) height / 2, (int) width / 2));
  }

  private Output convolve(String type, Output picture, Output kernel, NeuralOp.Convolution c) {
    return out.begin(type, picture, kernel)
        .integers("strides", 1, c.strideHeight(), c.strideWidth(), 1)
        .attr("padding", same(c) ? "SAME" : "VALID")
        .build();
  }

  /** Convolves channels that all see each other, filled up with zeros to a number that is safe. */
  private Output dense(Output picture, Output kernel, NeuralOp.Convolution c) {
    DataType type = lowering.dense();
    int groups = c.groups();
    long in = c.weight().shape().size(1);
    long made = c.weight().shape().size(0) / groups;
    long more = safe(in) - in;
    // Channels that are made are those of pairs where the picture's derivative is computed.
    long moreMade = type == DataType.BFLOAT16 ? made % PAIR : 0;
    Output full = more == 0 ? picture : out.fill(picture, type, 3, 4, more);
    Output weights = more == 0 ? kernel : out.fill(kernel, type, 2, 4, more);
    if (moreMade == 0) {
      return convolve("Conv2D", full, weights, c);
    }
    Output result = convolve("Conv2D", full, out.fill(weights, type, 3, 4, moreMade), c);
    return out.op("Slice", result, out.integers(0, 0, 0, 0), out.integers(-1, -1, -1, made));
  }

  /**
   * Returns so many channels that oneDNN need not fill any up itself. Where it rearranges a kernel
   * into blocks (version 3.5, {@code reorder jit:uni}), the zeros behind the last channel overwrite
   * others: in bfloat16, whose blocks are of pairs, for every odd number of channels, in float32
   * for the derivative by the picture, whose blocks are of 32, 48 or 64.
   */
  private long safe(long channels) {
    if (lowering.dense() == DataType.BFLOAT16) {
      return channels + channels % PAIR;
    }
    boolean exact = channels <= BLOCK || !lowering.phase().derived();
    return exact ? channels : (channels + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Turns {@code [height, width, 1, in · n]} into {@code [height, width, in, n]}. */
  private Output depthwise(Output kernel, NeuralOp.Convolution c) {
    long in = c.groups();
    var shape = c.weight().shape();
    return out.op(
        "Reshape", kernel, out.integers(shape.size(2), shape.size(3), in, shape.size(0) / in));
  }

  /** Convolves each channel for itself. */
  private Output channelwise(Output picture, Output kernel, NeuralOp.Convolution c) {
    DataType dense = lowering.dense();
    DataType type = safeChannelwise(c) ? dense : DataType.FLOAT32;
    Output result =
        convolve(
            "DepthwiseConv2dNative",
            out.cast(picture, dense, type),
            out.cast(kernel, dense, type),
            c);
    return out.cast(result, type, dense);
  }

  /**
   * Returns whether channels for themselves are right in bfloat16. They are not (oneDNN 3.5) where
   * a channel has several results or every pixel is alone, nor is the derivative by the picture
   * where windows are more than a pixel apart.
   */
  private boolean safeChannelwise(NeuralOp.Convolution c) {
    var shape = c.weight().shape();
    boolean pixels = shape.size(2) == 1 && shape.size(3) == 1;
    boolean strided = c.strideHeight() > 1 || c.strideWidth() > 1;
    return shape.size(0) == c.groups() && !pixels && !(strided && lowering.phase().derived());
  }

  /** Convolves each group for itself. */
  private Output grouped(Output picture, Output kernel, NeuralOp.Convolution c) {
    List<Output> pictures = split(picture, c.groups());
    List<Output> kernels = split(kernel, c.groups());
    List<Output> results = new ArrayList<>();
    for (int group = 0; group < c.groups(); group++) {
      results.add(dense(pictures.get(group), kernels.get(group), c));
    }
    return out.concat(results, 3);
  }

  private List<Output> split(Output input, int parts) {
    Output first =
        out.graph().op("Split").inputs(out.integer(3), input).attr("num_split", parts).build();
    List<Output> all = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      all.add(new Output(first.operation(), i));
    }
    return all;
  }

  void pool(NeuralOp.Pool p, Value value) {
    boolean mean = p.pooling() == NeuralOp.Pooling.MEAN;
    boolean narrow = lowering.narrow(p.input());
    DataType type = narrow ? lowering.dense() : DataType.FLOAT32;
    Output picture =
        pad(
            lowering.get(p.input(), Layout.CHANNELS_LAST, type),
            p.pads(),
            mean ? 0 : Double.NEGATIVE_INFINITY,
            type);
    Output result =
        out.begin(mean ? "AvgPool" : "MaxPool", picture)
            .integers("ksize", 1, p.kernelHeight(), p.kernelWidth(), 1)
            .integers("strides", 1, p.strideHeight(), p.strideWidth(), 1)
            .attr("padding", "VALID")
            .build();
    lowering.put(value, Layout.CHANNELS_LAST, type, result);
  }

  private Output pad(Output picture, NeuralOp.Pads pads, double number, DataType type) {
    if (pads.equals(NeuralOp.Pads.NONE)) {
      return picture;
    }
    Output around =
        out.op(
            "Reshape",
            out.integers(0, 0, pads.top(), pads.bottom(), pads.left(), pads.right(), 0, 0),
            out.integers(4, 2));
    return number == 0
        ? out.op("Pad", picture, around)
        : out.op("PadV2", picture, around, out.number(number, type));
  }
}
