package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.Dim;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** The translation of attention: products in the dense type, scores and shares in float32. */
final class AttentionLowering {
  private static final DataType REAL = DataType.FLOAT32;

  private final Lowering lowering;
  private final Emitter out;

  AttentionLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(NeuralOp.Attention a, Value value) {
    DataType dense = lowering.dense();
    Output query = out.op("Mul", heads(a.query(), a.heads()), out.number(a.scale(), dense));
    Output key = heads(a.key(), a.heads());
    Output product = out.begin("BatchMatMulV2", query, key).attr("adj_y", true).build();
    Output scores = out.cast(product, dense, REAL);
    Value mask = a.mask();
    if (mask != null) {
      scores = out.op("AddV2", scores, lowering.get(mask, Layout.PLAIN, REAL));
    }
    if (a.causal()) {
      scores = out.op("AddV2", scores, causalMask(a));
    }
    Output shares = out.cast(out.op("Softmax", scores), REAL, dense);
    Output mixed = out.op("BatchMatMulV2", shares, heads(a.value(), a.heads()));
    Output rows =
        out.op(
            "Reshape",
            out.transpose(mixed, 0, 2, 1, 3),
            out.integers(-1, a.value().shape().size(2)));
    lowering.put(value, Layout.ROWS, dense, rows);
  }

  /** Returns {@code [batch, heads, length, width]}. */
  private Output heads(Value value, int heads) {
    Shape shape = value.shape();
    Form form = lowering.forms(value).first(value);
    Output input = out.cast(form.output(), form.type(), lowering.dense());
    Shape split =
        Shape.of(shape.dim(0), shape.dim(1), Dim.of(heads), Dim.of(shape.size(2) / heads));
    return out.transpose(lowering.sizes().reshape(input, split), 0, 2, 1, 3);
  }

  /** Returns {@code [queries, keys]}, minus infinity where the key comes after the query's own. */
  private Output causalMask(NeuralOp.Attention a) {
    Dim queries = a.query().shape().dim(1);
    Dim keys = a.key().shape().dim(1);
    Output rows = range(queries);
    if (!queries.equals(keys)) {
      rows = out.op("AddV2", rows, out.integer(keys.minus(queries).size()));
    }
    Output columns = range(keys);
    Output later = out.op("Greater", columns, out.op("ExpandDims", rows, out.integer(1)));
    return out.op(
        "SelectV2", later, out.number(Double.NEGATIVE_INFINITY, REAL), out.number(0, REAL));
  }

  private Output range(Dim length) {
    return out.op("Range", out.integer(0), lowering.sizes().size(length), out.integer(1));
  }
}
