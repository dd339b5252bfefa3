package org.openclip.hub.quantize;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;

/**
 * The linear layers of a model that are worth 8 bits: those over every patch or token, with a large
 * matrix. The patch embedding is not among them, nor what follows the pooling, such as the last
 * projection: both are cheap, and lose more than others.
 */
public final class LinearLayers {
  /** Smaller matrices take no time. */
  private static final long LEAST_NUMBERS = 1 << 12;

  private LinearLayers() {}

  /** Returns the names of the weights of the image tower's layers, in the order of its graph. */
  public static List<String> ofImages(Architecture architecture) {
    return List.copyOf(of(architecture.patchGraph().orElseGet(architecture::imageGraph)));
  }

  /** Returns the names of the weights of the text tower's layers, in the order of its graph. */
  public static List<String> ofTexts(Architecture architecture) {
    return architecture.config().imageOnly()
        ? List.of()
        : List.copyOf(of(architecture.textGraph()));
  }

  /** Returns those of both towers. */
  static Set<String> ofBoth(Architecture architecture) {
    Set<String> all = new LinkedHashSet<>(ofImages(architecture));
    all.addAll(ofTexts(architecture));
    return all;
  }

  private static Set<String> of(Graph graph) {
    Set<String> names = new LinkedHashSet<>();
    List<String> others = new ArrayList<>();
    BitSet embedded = new BitSet();
    for (Node node : graph.nodes()) {
      boolean layer =
          node.op() instanceof NeuralOp.Linear
              || node.op() instanceof NeuralOp.Convolution
              || node.op() instanceof NeuralOp.Embedding;
      if (layer || node.op().inputs().stream().anyMatch(v -> embedded.get(v.id()))) {
        embedded.set(node.value().id());
      }
      if (node.op() instanceof NeuralOp.Linear linear) {
        String name = weight(graph, linear.weight());
        if (name == null) {
          continue;
        }
        boolean worthIt =
            linear.input().shape().rank() > 2
                && embedded.get(linear.input().id())
                && linear.weight().shape().count().size() >= LEAST_NUMBERS;
        if (worthIt) {
          names.add(name);
        } else {
          others.add(name);
        }
      }
    }
    others.forEach(names::remove);
    return names;
  }

  /** Returns the parameter that a weight is, or is rows of; null when it is computed. */
  private static @Nullable String weight(Graph graph, Value value) {
    return switch (graph.nodes().get(value.id()).op()) {
      case LeafOp.Parameter parameter -> parameter.name();
      case LayoutOp.Slice slice when slice.axis() == 0 -> weight(graph, slice.input());
      default -> null;
    };
  }
}
