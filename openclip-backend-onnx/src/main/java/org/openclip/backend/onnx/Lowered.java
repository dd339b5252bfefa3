package org.openclip.backend.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Map;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * A graph as an ONNX model, its weights beside it.
 *
 * @param model the model, which refers to its weights by name
 * @param weights the tensors that it refers to
 * @param inPlace the names of those that nothing but a kernel made for weights reads
 */
record Lowered(ModelProto model, Map<String, Tensor> weights, Set<String> inPlace) {
  /**
   * Translates a graph for ONNX Runtime.
   *
   * @param weights a tensor for each of its parameters
   * @throws OpenClipException when a weight is missing or has another shape
   */
  static Lowered program(Graph graph, Weights weights, Numbers numbers) {
    OnnxGraph out = new OnnxGraph(graph.name());
    for (LeafOp.Input input : graph.inputs()) {
      out.input(input.name(), input.shape(), input.type());
    }
    WeightTable table = new WeightTable(out, weights, numbers);
    Lowering.lower(graph, out, table, numbers, new RuntimeDialect(), LeafOp.Input::name)
        .forEach(result -> result.declare(out));
    return new Lowered(out.model(), table.tensors(), table.inPlace());
  }
}
