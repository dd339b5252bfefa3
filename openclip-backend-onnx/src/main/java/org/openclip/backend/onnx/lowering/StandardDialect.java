package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.integer;
import static org.openclip.backend.onnx.model.OnnxGraph.integers;
import static org.openclip.backend.onnx.model.OnnxGraph.string;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxGraph;

/** Operators of the ONNX standard alone, for files that other runtimes read, too. */
final class StandardDialect implements Dialect {
  @Override
  public String timesTransposed(OnnxGraph out, String left, String right, int rank) {
    List<Integer> swapped = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.swap(swapped, rank - 2, rank - 1);
    return out.node("MatMul", List.of(left, transpose(out, right, swapped)));
  }

  private static String transpose(OnnxGraph out, String input, List<Integer> permutation) {
    return out.node("Transpose", List.of(input), integers("perm", permutation));
  }

  /** Files go to processors that nobody knows yet. */
  @Override
  public IntegerRange range() {
    return IntegerRange.SEVEN_BITS;
  }

  @Override
  public String timesIntegers(
      OnnxGraph out, String left, IntegerMatrix right, @Nullable String bias) {
    List<String> rounded = out.node("DynamicQuantizeLinear", List.of(left), 3);
    String matrix = transpose(out, right.integers(), List.of(1, 0));
    String sums = out.node("MatMulInteger", List.of(rounded.get(0), matrix, rounded.get(2)));
    String scales = out.node("Mul", List.of(right.scales(), rounded.get(1)));
    String product =
        out.node("Mul", List.of(out.cast(sums, DataType.INT32, DataType.FLOAT32), scales));
    return bias == null ? product : out.node("Add", List.of(product, bias));
  }

  @Override
  public String gelu(OnnxGraph out, String input, GeluForm form, DataType type) {
    return switch (form) {
      case ERF -> out.node("Gelu", List.of(input), string("approximate", "none"));
      case TANH -> out.node("Gelu", List.of(input), string("approximate", "tanh"));
      case QUICK -> {
        String scaled = out.node("Mul", List.of(input, out.number(1.702, type)));
        yield out.node("Mul", List.of(input, out.node("Sigmoid", List.of(scaled))));
      }
    };
  }

  @Override
  public String silu(OnnxGraph out, String input) {
    return out.node("Mul", List.of(input, out.node("Sigmoid", List.of(input))));
  }

  @Override
  public String rmsNorm(OnnxGraph out, String input, String weight, double epsilon, DataType type) {
    String squares = out.node("Mul", List.of(input, input));
    String mean =
        out.node("ReduceMean", List.of(squares, out.integers(-1)), integer("keepdims", 1));
    String length =
        out.node("Sqrt", List.of(out.node("Add", List.of(mean, out.number(epsilon, type)))));
    return out.node("Mul", List.of(out.node("Div", List.of(input, length)), weight));
  }

  @Override
  public boolean knowsCausal() {
    return false;
  }

  @Override
  public String attention(OnnxGraph out, Heads heads, @Nullable String bias, boolean causal) {
    String query = split(out, heads.query(), heads.count(), List.of(0, 2, 1, 3));
    String key = split(out, heads.key(), heads.count(), List.of(0, 2, 3, 1));
    String value = split(out, heads.value(), heads.count(), List.of(0, 2, 1, 3));
    String scaled = out.node("Mul", List.of(query, out.number(heads.scale(), heads.type())));
    String scores = out.node("MatMul", List.of(scaled, key));
    if (bias != null) {
      scores = out.node("Add", List.of(scores, bias));
    }
    String shares = out.node("Softmax", List.of(scores), integer("axis", -1));
    String mixed = out.node("MatMul", List.of(shares, value));
    return out.node(
        "Reshape", List.of(transpose(out, mixed, List.of(0, 2, 1, 3)), out.integers(0, 0, -1)));
  }

  /** Returns {@code [batch, length, heads, width]} with its axes in another order. */
  private static String split(OnnxGraph out, String input, int heads, List<Integer> order) {
    String apart = out.node("Reshape", List.of(input, out.integers(0, 0, heads, -1)));
    return transpose(out, apart, order);
  }
}
