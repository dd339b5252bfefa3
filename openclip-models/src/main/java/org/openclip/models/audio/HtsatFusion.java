package org.openclip.models.audio;

import org.openclip.api.encoder.SpectrogramBatch.Longer;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.Value;

/**
 * HTSAT's fusion of longer sounds: patches of three parts, three times as wide, join those of the
 * first picture by attentional feature fusion (Dai et al. 2021, arXiv 2009.14082).
 *
 * @param side the side of a picture
 * @param width the width of a patch
 */
record HtsatFusion(int side, int width) {
  private static final int WIDER = 3;
  private static final int NARROWER = 4;
  private static final double EPSILON = 1e-5;

  /**
   * Returns the fused patches, {@code [batch, width, rows, columns]}.
   *
   * @param g in the scope of the patch embedding
   * @param whole the patches of the first picture, of the same shape
   * @param parts the pictures of the parts, {@code [batch, 3, side, side]}
   */
  Value fuse(GraphBuilder g, Value whole, Value parts) {
    Value local = local(g.scope("mel_conv2d"), parts);
    GraphBuilder fusion = g.scope("fusion_model");
    Value sum = g.plus(whole, local);
    Value attention =
        g.unary(
            g.plus(
                attention(fusion.scope("local_att"), sum, 0),
                attention(
                    fusion.scope("global_att"), g.reduce(sum, Reduction.MEAN, true, 2, 3), 1)),
            UnaryFunction.SIGMOID);
    Value two = g.constant(2);
    return g.plus(
        g.times(g.times(two, whole), attention),
        g.times(g.times(two, local), g.minus(g.constant(1), attention)));
  }

  /**
   * Returns the patches of a batch, of which those of longer sounds are fused.
   *
   * @param g in the scope of the patch embedding
   * @param whole the patches of the first picture, {@code [batch, width, rows, columns]}
   * @param parts the pictures of the parts, {@code [batch, 3, side, side]}
   */
  Value fuse(GraphBuilder g, Value whole, Value parts, Longer longer) {
    Value fused = fuse(g, g.gather(whole, longer.rows(), 0), g.gather(parts, longer.rows(), 0));
    Dim one = Dim.of(1);
    Value there = g.reshape(longer.there(), whole.shape().dim(0), one, one, one);
    return g.choose(there, g.gather(fused, longer.places(), 0), whole);
  }

  /** Returns the patches of the parts beside each other, and zeros where they do not suffice. */
  private Value local(GraphBuilder g, Value parts) {
    int patch = HtsatConfig.PATCH;
    int columns = side / (WIDER * patch);
    // Columns that no patch covers would shift those of the next part.
    Value covered = g.slice(parts, 3, 0, (long) columns * WIDER * patch);
    Value[] pictures = g.split(covered, 1, WIDER).toArray(Value[]::new);
    Value beside = g.concat(3, pictures);
    Value weight =
        g.parameter(
            "weight",
            Layers.uniform((long) WIDER * patch * patch),
            width,
            1,
            patch,
            (long) WIDER * patch);
    Value bias = g.parameter("bias", Layers.uniform((long) WIDER * patch * patch), width);
    Value patches =
        g.add(new Convolution(beside, weight, bias, patch, WIDER * patch, Pads.all(0), 1));
    int missing = side / patch - WIDER * columns;
    if (missing == 0) {
      return patches;
    }
    Value zeros = g.times(g.slice(patches, 3, 0, missing), g.constant(0));
    return g.concat(3, patches, zeros);
  }

  /**
   * Returns attention before the sigmoid.
   *
   * @param first the index of the first layer
   */
  private Value attention(GraphBuilder g, Value x, int first) {
    Value narrow = layer(g, x, first, width / NARROWER);
    return layer(g, g.unary(narrow, UnaryFunction.RELU), first + 3, width);
  }

  private static Value layer(GraphBuilder g, Value x, int index, long out) {
    Value projected = Layers.convolution(g, Integer.toString(index), x, out, 1, 1, 0, 1, true);
    return Layers.batchNorm(g, Integer.toString(index + 1), projected, EPSILON);
  }
}
