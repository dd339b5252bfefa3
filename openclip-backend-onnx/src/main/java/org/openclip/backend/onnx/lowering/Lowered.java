package org.openclip.backend.onnx.lowering;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.model.OnnxGraph;
import org.openclip.backend.onnx.model.OnnxModel;

/**
 * A graph as an ONNX model, its weights beside it.
 *
 * @param model the model, which refers to its weights by name
 * @param weights the tensors that it refers to; the model may have them in another type
 * @param inPlace the names of those that nothing but a kernel made for weights reads
 */
public record Lowered(OnnxModel model, Map<String, Tensor> weights, Set<String> inPlace) {
  /**
   * Translates a graph for ONNX Runtime.
   *
   * @param weights a tensor for each of its parameters
   * @param dialect that of the device
   * @throws OpenClipException when a weight is missing or has another shape
   */
  public static Lowered program(Graph graph, Weights weights, Numbers numbers, Dialect dialect) {
    return lower(graph, weights, numbers, dialect, false);
  }

  /**
   * Translates a graph for a file that any runtime may read.
   *
   * @param weights a tensor for each of its parameters
   * @throws OpenClipException when a weight is missing or has another shape
   */
  public static Lowered file(Graph graph, Weights weights, Numbers numbers) {
    return lower(graph, weights, numbers, new StandardDialect(), true);
  }

  private static Lowered lower(
      Graph graph, Weights weights, Numbers numbers, Dialect dialect, boolean rounding) {
    OnnxGraph out = new OnnxGraph(graph.name());
    for (LeafOp.Input input : graph.inputs()) {
      out.input(input.name(), input.shape(), input.type());
    }
    WeightTable table = new WeightTable(out, weights, numbers, rounding);
    Lowering.lower(graph, out, table, numbers, dialect, LeafOp.Input::name)
        .forEach(result -> result.declare(out));
    return new Lowered(out.model(), table.tensors(), table.inPlace());
  }

  /**
   * Translates both towers of a model and what follows them into one ONNX model for a file.
   *
   * @throws OpenClipException when a weight is missing or has another shape
   */
  public static Lowered classifier(ExportableModel model, Numbers numbers) {
    OnnxGraph out = new OnnxGraph(model.name());
    WeightTable table = new WeightTable(out, model.weights(), numbers, true);
    Dialect dialect = new StandardDialect();
    Map<String, String> features = new HashMap<>();
    for (LeafOp.Input joint : model.scores().inputs()) {
      boolean pictures = joint.equals(model.scores().inputs().get(0));
      Graph tower = pictures ? model.image() : model.text();
      for (LeafOp.Input input : tower.inputs()) {
        out.input(input.name(), renamed(input.shape(), joint.shape().dim(0)), input.type());
      }
      Lowering.Result result =
          Lowering.lower(tower, out, table, numbers, dialect, LeafOp.Input::name).get(0);
      features.put(joint.name(), out.cast(result.name(), numbers.computed(), DataType.FLOAT32));
    }
    Lowering.Inputs inputs = input -> features.getOrDefault(input.name(), input.name());
    Lowering.lower(model.scores(), out, table, numbers, dialect, inputs)
        .forEach(result -> result.declare(out));
    return new Lowered(out.model(), table.tensors(), table.inPlace());
  }

  /** Returns a tower's shape with the batch called as the joint graph calls it. */
  private static Shape renamed(Shape shape, Dim rows) {
    return new Shape(
        shape.dims().stream()
            .map(
                dim ->
                    dim.symbol().equals(Dim.BATCH.symbol())
                        ? new Dim(rows.symbol(), dim.scale(), dim.offset())
                        : dim)
            .toList());
  }
}
