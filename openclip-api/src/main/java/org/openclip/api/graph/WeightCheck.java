package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Weights;

/** Checks the weights that a graph is compiled with, in the same way for every backend. */
public final class WeightCheck {
  private static final int MOST_NAMED = 10;

  private WeightCheck() {}

  /**
   * Compares weights with the parameters of a graph.
   *
   * @throws OpenClipException when some are missing or of another shape, naming the first ten
   */
  public static void check(Graph graph, Weights weights) {
    List<String> problems = new ArrayList<>();
    for (LeafOp.Parameter parameter : graph.parameters()) {
      if (!weights.names().contains(parameter.name())) {
        problems.add(parameter.name() + " is missing");
        continue;
      }
      Shape shape = Shape.of(weights.get(parameter.name()).shape());
      if (!shape.equals(parameter.shape())) {
        problems.add(parameter.name() + " is " + shape + ", not " + parameter.shape());
      }
    }
    if (!problems.isEmpty()) {
      throw new OpenClipException(
          problems.size()
              + " weights do not fit graph "
              + graph.name()
              + ": "
              + String.join(", ", problems.subList(0, Math.min(MOST_NAMED, problems.size()))));
    }
  }
}
