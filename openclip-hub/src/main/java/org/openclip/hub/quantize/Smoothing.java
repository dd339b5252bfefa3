package org.openclip.hub.quantize;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Weights that compute the same, with less difference between the channels that are rounded to 8
 * bits (SmoothQuant, Xiao et al. 2022, arXiv 2211.10438): a channel that leaves a layer norm large
 * is divided by a factor in the norm, and multiplied by it in the linear layers behind.
 *
 * <p>How large a channel gets is read off the norm: its output is normal times weight plus bias, so
 * it stays mostly within four weights of the bias. The factor is the root of that over the largest
 * weight that meets the channel. Only norms are touched that nothing but linear layers read.
 */
final class Smoothing implements Weights {
  private static final double DEVIATIONS = 4;

  private final Weights weights;

  /** What the columns of a matrix, or the elements of a vector, are multiplied by. */
  private final Map<String, float[]> factors = new LinkedHashMap<>();

  private Smoothing(Weights weights) {
    this.weights = weights;
  }

  /** Returns the weights of a model, smoothed. They are computed when they are asked for. */
  static Weights of(Architecture architecture, Weights weights) {
    Smoothing smoothing = new Smoothing(weights);
    // A decoder may read what both towers leave.
    if (architecture.captionGraph().isEmpty()) {
      smoothing.add(architecture.patchGraph().orElseGet(architecture::imageGraph));
      if (!architecture.config().imageOnly()) {
        smoothing.add(architecture.textGraph());
      }
    }
    return smoothing.factors.isEmpty() ? weights : smoothing;
  }

  private void add(Graph graph) {
    Map<Integer, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      for (Value input : node.op().inputs()) {
        readers.computeIfAbsent(input.id(), id -> new ArrayList<>()).add(node);
      }
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LayerNorm norm && !graph.outputs().containsValue(node.value())) {
        String weight = own(graph, norm.weight(), readers);
        Value bias = norm.bias();
        String shift = own(graph, bias, readers);
        List<String> layers = layers(graph, node.value(), readers);
        if (weight != null && (bias == null || shift != null) && !layers.isEmpty()) {
          smooth(weight, shift, layers);
        }
      }
    }
  }

  /** Returns the parameter that a value is, if one node alone reads it; else null. */
  private static @Nullable String own(
      Graph graph, @Nullable Value value, Map<Integer, List<Node>> readers) {
    return value != null
            && graph.nodes().get(value.id()).op() instanceof LeafOp.Parameter parameter
            && readers.getOrDefault(value.id(), List.of()).size() == 1
        ? parameter.name()
        : null;
  }

  /** Returns the matrices of the layers that read a value; none when something else does, too. */
  private static List<String> layers(Graph graph, Value value, Map<Integer, List<Node>> readers) {
    List<String> layers = new ArrayList<>();
    for (Node reader : readers.getOrDefault(value.id(), List.of())) {
      String weight =
          reader.op() instanceof Linear linear && linear.input().equals(value)
              ? own(graph, linear.weight(), readers)
              : null;
      if (weight == null) {
        return List.of();
      }
      layers.add(weight);
    }
    return layers;
  }

  private void smooth(String weight, @Nullable String bias, List<String> layers) {
    float[] scale = weights.get(weight).toFloats();
    float[] shift = bias == null ? new float[scale.length] : weights.get(bias).toFloats();
    float[] largest = new float[scale.length];
    for (String layer : layers) {
      float[] matrix = weights.get(layer).toFloats();
      for (int i = 0; i < matrix.length; i++) {
        int column = i % largest.length;
        largest[column] = Math.max(largest[column], Math.abs(matrix[i]));
      }
    }
    float[] up = new float[scale.length];
    float[] down = new float[scale.length];
    for (int i = 0; i < up.length; i++) {
      double size = DEVIATIONS * Math.abs(scale[i]) + Math.abs(shift[i]);
      boolean any = size > 0 && largest[i] > 0;
      // A power of two changes no digits of the other numbers.
      double factor = any ? Math.scalb(1.0, exponent(Math.sqrt(size / largest[i]))) : 1;
      up[i] = (float) factor;
      down[i] = (float) (1 / factor);
    }
    factors.put(weight, down);
    if (bias != null) {
      factors.put(bias, down);
    }
    layers.forEach(layer -> factors.put(layer, up));
  }

  private static int exponent(double factor) {
    return (int) Math.rint(Math.log(factor) / Math.log(2));
  }

  @Override
  public Set<String> names() {
    return weights.names();
  }

  @Override
  public Tensor get(String name) {
    Tensor tensor = weights.get(name);
    float[] columns = factors.get(name);
    if (columns == null) {
      return tensor;
    }
    float[] numbers = tensor.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= columns[i % columns.length];
    }
    return Tensor.of(numbers, tensor.shape());
  }
}
