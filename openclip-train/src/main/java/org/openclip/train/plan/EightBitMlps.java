package org.openclip.train.plan;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.SwitchBack;

/**
 * MLPs of transformers whose linear layers multiply 8-bit integers in training (SwitchBack). They
 * are the layers {@code c_fc} and {@code c_proj} of the reference's blocks.
 */
final class EightBitMlps {
  private static final Pattern WEIGHT = Pattern.compile("(.*\\.)?mlp\\.(c_fc|c_proj)\\.weight");

  private EightBitMlps() {}

  /** Returns a graph with such layers; the same when there are none. */
  static Graph of(Graph graph, SwitchBackForm form) {
    return SwitchBack.of(graph, form, name -> WEIGHT.matcher(name).matches());
  }

  /**
   * Checks that something is rounded.
   *
   * @throws InvalidInputException when no graph has such a layer
   */
  static void check(Graph... graphs) {
    boolean some =
        Stream.of(graphs)
            .flatMap(graph -> graph.nodes().stream())
            .anyMatch(node -> node.op() instanceof SwitchBackLinear);
    if (!some) {
      throw new InvalidInputException(
          "the model has no layers mlp.c_fc and mlp.c_proj, which --use-bnb-linear rounds to 8"
              + " bits; leave the flag out, or take a model of CLIP's own transformers such as"
              + " ViT-B-32");
    }
  }
}
