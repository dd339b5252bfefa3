package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.floating;
import static org.openclip.backend.onnx.model.OnnxGraph.integer;
import static org.openclip.backend.onnx.model.OnnxGraph.integers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.onnx.model.OnnxGraph;
import org.openclip.backend.onnx.model.OnnxModel;
import org.openclip.backend.onnx.model.ProtoMessage;

/** The layers of neural networks. */
final class NeuralLowering {
  private final Lowering graph;
  private final OnnxGraph out;

  NeuralLowering(Lowering graph) {
    this.graph = graph;
    this.out = graph.out();
  }

  String lower(NeuralOp op) {
    return switch (op) {
      case NeuralOp.Linear linear -> linear(linear);
      case NeuralOp.SwitchBackLinear linear -> throw refused(linear);
      case NeuralOp.MatMul m -> matMul(m);
      case NeuralOp.Convolution c ->
          out.node(
              "Conv",
              with(graph.name(c.input()), graph.name(c.weight()), c.bias()),
              integers("strides", List.of(c.strideHeight(), c.strideWidth())),
              pads(c.pads()),
              integer("group", c.groups()));
      case NeuralOp.Pool p -> pool(p);
      case NeuralOp.LayerNorm(Value input, Value weight, Value bias, double epsilon) -> {
        String shift = bias == null ? null : graph.name(bias);
        Dialect.Norm norm =
            new Dialect.Norm(
                graph.name(input), input.shape(), scale(input, weight), shift, epsilon);
        yield graph.dialect().layerNorm(out, graph.sizes(), norm);
      }
      case NeuralOp.RmsNorm(Value input, Value weight, double epsilon) ->
          graph
              .dialect()
              .rmsNorm(out, graph.name(input), scale(input, weight), epsilon, graph.type(input));
      case NeuralOp.BatchNorm b ->
          out.node(
              "BatchNormalization",
              b.inputs().stream().map(graph::name).toList(),
              floating("epsilon", b.epsilon()));
      case NeuralOp.Attention attention -> attention(attention);
      case NeuralOp.Gelu(Value input, NeuralOp.GeluForm form) ->
          graph.dialect().gelu(out, graph.name(input), form, graph.type(input));
      case NeuralOp.Embedding(Value table, Value ids) -> embedding(table, ids);
      case NeuralOp.L2Normalize(Value input, double epsilon) -> {
        String norm =
            out.node(
                "ReduceL2",
                List.of(graph.name(input), out.integers(input.shape().rank() - 1L)),
                integer("keepdims", 1));
        String divisor = out.node("Max", List.of(norm, out.number(epsilon, graph.type(input))));
        yield out.node("Div", List.of(graph.name(input), divisor));
      }
    };
  }

  private List<String> with(String first, String second, @Nullable Value third) {
    return third == null ? List.of(first, second) : List.of(first, second, graph.name(third));
  }

  /** Returns a norm's weight, or the ones that stand for it. */
  private String scale(Value input, @Nullable Value weight) {
    if (weight != null) {
      return graph.name(weight);
    }
    float[] ones = new float[Math.toIntExact(input.shape().size(-1))];
    Arrays.fill(ones, 1);
    return out.cast(
        out.constant(Tensor.of(ones, ones.length)), DataType.FLOAT32, graph.type(input));
  }

  private static ProtoMessage pads(NeuralOp.Pads pads) {
    return integers("pads", List.of(pads.top(), pads.left(), pads.bottom(), pads.right()));
  }

  private static BackendException refused(NeuralOp.SwitchBackLinear linear) {
    return new BackendException(
        OnnxModel.BACKEND,
        "it does not run the layer of %s, which is for training in 8 bits (--use-bnb-linear). The"
                .formatted(linear.weight().label())
            + " backend tf does (--backend tf); a model that was trained so runs here as any"
            + " other");
  }

  private String linear(NeuralOp.Linear linear) {
    String input = graph.name(linear.input());
    IntegerMatrix integers = graph.integers(linear.weight(), linear.input());
    if (integers != null) {
      Value shift = linear.bias();
      return graph
          .dialect()
          .timesIntegers(out, input, integers, shift == null ? null : graph.name(shift));
    }
    String weight = graph.operand(linear.weight(), linear.input());
    Value bias = linear.bias();
    if (linear.input().shape().rank() == 2) {
      return out.node("Gemm", with(input, weight, bias), integer("transB", 1));
    }
    String product = graph.dialect().timesTransposed(out, input, weight, 2);
    return bias == null ? product : out.node("Add", List.of(product, graph.name(bias)));
  }

  private String matMul(NeuralOp.MatMul m) {
    String left = graph.name(m.left());
    String right = graph.operand(m.right(), m.left());
    return m.transposeRight()
        ? graph.dialect().timesTransposed(out, left, right, m.right().shape().rank())
        : out.node("MatMul", List.of(left, right));
  }

  private String pool(NeuralOp.Pool p) {
    List<ProtoMessage> attributes =
        new ArrayList<>(
            List.of(
                integers("kernel_shape", List.of(p.kernelHeight(), p.kernelWidth())),
                integers("strides", List.of(p.strideHeight(), p.strideWidth())),
                pads(p.pads())));
    if (p.pooling() == NeuralOp.Pooling.MEAN) {
      attributes.add(integer("count_include_pad", 1));
    }
    return out.node(
        p.pooling() == NeuralOp.Pooling.MEAN ? "AveragePool" : "MaxPool",
        List.of(graph.name(p.input())),
        attributes.toArray(ProtoMessage[]::new));
  }

  /**
   * A kernel's own causal mask needs as many keys as queries; its additive mask must have the
   * queries and keys in full.
   */
  private String attention(NeuralOp.Attention a) {
    Dim queries = a.query().shape().dim(1);
    Dim keys = a.key().shape().dim(1);
    Value mask = a.mask();
    boolean fused =
        a.causal() && queries.equals(keys) && mask == null && graph.dialect().knowsCausal();
    String bias = null;
    if (mask != null) {
      Shape full = mask.shape().with(2, queries).with(3, keys);
      String some = graph.name(mask);
      bias = full.equals(mask.shape()) ? some : graph.sizes().expand(some, full);
    }
    DataType type = graph.type(a.query());
    if (a.causal() && !fused) {
      String causal = causalMask(queries, keys, type);
      bias = bias == null ? causal : out.node("Add", List.of(bias, causal));
    }
    Dialect.Heads heads =
        new Dialect.Heads(
            graph.name(a.query()),
            graph.name(a.key()),
            graph.name(a.value()),
            a.heads(),
            a.scale(),
            type);
    return graph.dialect().attention(out, heads, bias, fused);
  }

  /**
   * Returns {@code [1, 1, queries, keys]}, minus infinity where the key comes after the query's
   * own.
   */
  private String causalMask(Dim queries, Dim keys, DataType type) {
    String own = graph.sizes().range(queries);
    if (!queries.equals(keys)) {
      own = out.node("Add", List.of(own, out.index(keys.minus(queries).size())));
    }
    String rows = out.node("Unsqueeze", List.of(own, out.integers(1)));
    String seen = out.node("LessOrEqual", List.of(graph.sizes().range(keys), rows));
    String mask =
        out.node(
            "Where",
            List.of(seen, out.number(0, type), out.number(Double.NEGATIVE_INFINITY, type)));
    return out.node("Unsqueeze", List.of(mask, out.integers(0, 1)));
  }

  /** Rows are taken as the checkpoint has them and only then converted, not the table. */
  private String embedding(Value table, Value ids) {
    Parameter parameter = graph.parameter(table);
    if (parameter == null || !graph.fed(ids)) {
      return out.node("Gather", List.of(graph.name(table), graph.name(ids)), integer("axis", 0));
    }
    List<WeightTable.Part> parts = graph.weights().raw(parameter);
    String rows =
        parts.size() == 1
            ? out.node("Gather", List.of(parts.get(0).name(), graph.name(ids)), integer("axis", 0))
            : search(parts, graph.name(ids));
    return graph.weights().convert(rows, graph.weights().type(parameter), parameter.type());
  }

  /** Looks every id up in every part of a table, and keeps what the part that has it yields. */
  private String search(List<WeightTable.Part> parts, String ids) {
    String zero = out.index(0);
    long first = 0;
    String result = "";
    for (WeightTable.Part part : parts) {
      String local = out.node("Sub", List.of(ids, out.index(first)));
      String last = out.index(part.rows() - 1);
      String bounded = out.node("Clip", List.of(local, zero, last));
      String found = out.node("Gather", List.of(part.name(), bounded), integer("axis", 0));
      if (!result.isEmpty()) {
        String here = out.node("GreaterOrEqual", List.of(local, zero));
        String column = out.node("Unsqueeze", List.of(here, out.integers(-1)));
        found = out.node("Where", List.of(column, found, result));
      }
      result = found;
      first += part.rows();
    }
    return result;
  }
}
