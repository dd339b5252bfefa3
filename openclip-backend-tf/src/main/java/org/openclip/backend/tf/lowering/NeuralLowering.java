package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** The translation of layers: matrix products and tables; others have their own. */
final class NeuralLowering {
  private final Lowering lowering;
  private final Emitter out;
  private final NormLowering norms;
  private final LayerNormLowering layerNorm;
  private final GeluLowering gelu;
  private final AttentionLowering attention;
  private final PictureLowering pictures;
  private final SwitchBackLowering switchBack;

  NeuralLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
    this.norms = new NormLowering(lowering);
    this.layerNorm = new LayerNormLowering(lowering);
    this.gelu = new GeluLowering(lowering);
    this.attention = new AttentionLowering(lowering);
    this.pictures = new PictureLowering(lowering);
    this.switchBack = new SwitchBackLowering(lowering);
  }

  void lower(NeuralOp op, Value value) {
    switch (op) {
      case NeuralOp.Linear linear -> linear(linear, value);
      case NeuralOp.SwitchBackLinear linear -> switchBack.lower(linear, value);
      case NeuralOp.MatMul product -> matMul(product, value);
      case NeuralOp.Convolution convolution -> pictures.convolution(convolution, value);
      case NeuralOp.Pool pool -> pictures.pool(pool, value);
      case NeuralOp.LayerNorm norm -> layerNorm.lower(norm, value);
      case NeuralOp.RmsNorm norm -> norms.rmsNorm(norm, value);
      case NeuralOp.BatchNorm norm -> norms.batchNorm(norm, value);
      case NeuralOp.Attention op1 -> attention.lower(op1, value);
      case NeuralOp.Gelu op1 -> gelu.lower(op1, value);
      case NeuralOp.Embedding embedding -> embedding(embedding, value);
      case NeuralOp.L2Normalize normalize -> norms.l2Normalize(normalize, value);
    }
  }

  /** A product of two matrices and a bias, which TensorFlow fuses with what follows. */
  private void linear(NeuralOp.Linear linear, Value value) {
    DataType dense = lowering.dense();
    Output rows = lowering.get(linear.input(), Layout.ROWS, dense);
    Output weight = lowering.get(linear.weight(), Layout.PLAIN, dense);
    Output product = out.begin("MatMul", rows, weight).attr("transpose_b", true).build();
    Value bias = linear.bias();
    if (bias != null) {
      product = out.op("BiasAdd", product, lowering.get(bias, Layout.PLAIN, dense));
    }
    lowering.put(value, rowsOf(value), dense, product);
  }

  /** A matrix is its own rows. */
  private static Layout rowsOf(Value value) {
    return value.shape().rank() == 2 ? Layout.PLAIN : Layout.ROWS;
  }

  private void matMul(NeuralOp.MatMul product, Value value) {
    DataType dense = lowering.dense();
    Output left = lowering.get(product.left(), Layout.PLAIN, dense);
    Output right = lowering.get(product.right(), Layout.PLAIN, dense);
    boolean matrices = product.left().shape().rank() == 2 && product.right().shape().rank() == 2;
    Output result =
        matrices
            ? out.begin("MatMul", left, right).attr("transpose_b", product.transposeRight()).build()
            : out.begin("BatchMatMulV2", left, right)
                .attr("adj_y", product.transposeRight())
                .build();
    lowering.put(value, Layout.PLAIN, dense, result);
  }

  private void embedding(NeuralOp.Embedding embedding, Value value) {
    Form table = lowering.forms(embedding.table()).first(embedding.table());
    Output ids = lowering.plain(embedding.ids());
    Output rows = out.op("GatherV2", table.output(), ids, out.integer(0));
    lowering.put(value, Layout.PLAIN, table.type(), rows);
  }
}
