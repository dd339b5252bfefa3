package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.MICROSOFT;
import static org.openclip.backend.onnx.model.OnnxGraph.floating;
import static org.openclip.backend.onnx.model.OnnxGraph.integer;
import static org.openclip.backend.onnx.model.OnnxGraph.integers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxGraph;

/**
 * ONNX Runtime's own operators: one kernel for what the standard writes as several, and matrices
 * taken in the checkpoint's layout, without a transposed copy.
 */
public class RuntimeDialect implements Dialect {
  @Override
  public String timesTransposed(OnnxGraph out, String left, String right, int rank) {
    return out.node(MICROSOFT, "FusedMatMul", List.of(left, right), integer("transB", 1));
  }

  @Override
  public IntegerRange range() {
    return IntegerRange.ofThisMachine();
  }

  @Override
  public String timesIntegers(
      OnnxGraph out, String left, IntegerMatrix right, @Nullable String bias) {
    // The runtime transposes the weight while it opens the session.
    String matrix =
        out.node("Transpose", List.of(right.integers()), integers("perm", List.of(1, 0)));
    List<String> inputs = new ArrayList<>(List.of(left, matrix, right.scales()));
    if (bias != null) {
      inputs.addAll(List.of("", bias));
    }
    return out.node(MICROSOFT, "DynamicQuantizeMatMul", inputs);
  }

  @Override
  public String gelu(OnnxGraph out, String input, GeluForm form, DataType type) {
    List<String> inputs = List.of(input);
    return switch (form) {
      case ERF -> out.node(MICROSOFT, "Gelu", inputs);
      case TANH -> out.node(MICROSOFT, "FastGelu", inputs);
      case QUICK -> out.node(MICROSOFT, "QuickGelu", inputs, floating("alpha", 1.702));
    };
  }

  @Override
  public String silu(OnnxGraph out, String input) {
    return out.node(MICROSOFT, "QuickGelu", List.of(input), floating("alpha", 1));
  }

  @Override
  public String rmsNorm(OnnxGraph out, String input, String weight, double epsilon, DataType type) {
    return out.node(
        "SimplifiedLayerNormalization",
        List.of(input, weight),
        integer("axis", -1),
        floating("epsilon", epsilon));
  }

  @Override
  public boolean knowsCausal() {
    return true;
  }

  @Override
  public String attention(OnnxGraph out, Heads heads, @Nullable String bias, boolean causal) {
    List<String> inputs = new ArrayList<>(List.of(heads.query(), heads.key(), heads.value()));
    if (bias != null) {
      inputs.addAll(List.of("", "", bias));
    }
    return out.node(
        MICROSOFT,
        "MultiHeadAttention",
        inputs,
        integer("num_heads", heads.count()),
        floating("scale", heads.scale()),
        integer("unidirectional", causal ? 1 : 0));
  }
}
