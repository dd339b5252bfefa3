package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.runtime.Output;

/**
 * One way of a batch through a tower, there and, with the derivatives that come back from the
 * objective, back again.
 */
final class TowerPass {
  private final StepContext context;
  private final List<Graph> parts;
  private final List<Map<String, Output>> given = new ArrayList<>();
  private final List<Map<String, Output>> results = new ArrayList<>();

  /**
   * What every pass of a step shares.
   *
   * @param out where operations are written
   * @param variables the parameters
   * @param trained the names of those that gradients change
   * @param numbers in which types
   * @param phase the randomness of the step, and what it observes
   */
  record StepContext(
      Emitter out,
      TrainedVariables variables,
      Set<String> trained,
      Numbers numbers,
      TrainingPhase phase) {
    /**
     * Returns the values of the trained parameters that some of a graph's outputs depend on, by
     * name.
     */
    Map<String, Output> reads(Graph graph, Collection<String> outputs) {
      List<Value> from =
          outputs.stream().map(name -> Objects.requireNonNull(graph.outputs().get(name))).toList();
      BitSet needed = Lowering.needed(graph, from);
      Map<String, Output> reads = new LinkedHashMap<>();
      for (Node node : graph.nodes()) {
        if (node.op() instanceof LeafOp.Parameter parameter
            && needed.get(node.value().id())
            && trained.contains(parameter.name())) {
          reads.put(parameter.name(), variables.read(parameter));
        }
      }
      return reads;
    }
  }

  /**
   * Writes the way there.
   *
   * @param inputs the tower's inputs by name
   * @param again whether the way is written part by part, each of which is computed again on the
   *     way back
   */
  TowerPass(StepContext context, Graph tower, Map<String, Output> inputs, boolean again) {
    this.context = context;
    this.parts = again ? Segments.of(tower) : List.of(tower);
    Output through = null;
    for (Graph part : parts) {
      Map<String, Output> into = new HashMap<>(inputs);
      if (through != null) {
        into.put(Segments.THROUGH, through);
      }
      Map<String, Output> result = lower(part, into, context.phase());
      given.add(into);
      results.add(result);
      through = result.get(Segments.THROUGH);
    }
  }

  private Map<String, Output> lower(Graph part, Map<String, Output> into, TrainingPhase phase) {
    return Lowering.lower(part, context.out(), into, context.numbers(), phase, context.variables());
  }

  /** Returns the tower's outputs by name. */
  Map<String, Output> outputs() {
    return results.get(results.size() - 1);
  }

  /**
   * Writes the way back.
   *
   * @param incoming the derivatives of the loss by the tower's outputs, by name; those without are
   *     left out
   * @param derivatives where the derivatives by parameters go
   */
  void back(Map<String, Output> incoming, Derivatives derivatives) {
    Map<String, Output> coming = incoming;
    for (int i = parts.size() - 1; i >= 0 && !coming.isEmpty(); i--) {
      boolean first = i == 0;
      Map<String, Output> into = given.get(i);
      Map<String, Output> result = results.get(i);
      if (parts.size() > 1) {
        into = held(into, coming.values().iterator().next());
        // What the batch norms see again was observed on the way there.
        result = lower(parts.get(i), into, context.phase().unobserved());
      }
      List<Output> of = new ArrayList<>();
      List<Output> with = new ArrayList<>();
      for (Map.Entry<String, Output> entry : coming.entrySet()) {
        of.add(Objects.requireNonNull(result.get(entry.getKey())));
        with.add(entry.getValue());
      }
      List<Output> by =
          first ? List.of() : List.of(Objects.requireNonNull(into.get(Segments.THROUGH)));
      List<Optional<Output>> found =
          derivatives.add(of, with, context.reads(parts.get(i), coming.keySet()), by);
      coming =
          first || found.get(0).isEmpty() ? Map.of() : Map.of(Segments.THROUGH, found.get(0).get());
    }
  }

  /** Returns what goes into a part, but only after the derivative of its result is there. */
  private Map<String, Output> held(Map<String, Output> into, Output derivative) {
    Map<String, Output> held = new HashMap<>();
    into.forEach(
        (name, value) ->
            held.put(name, context.out().begin("Identity", value).after(derivative).build()));
    return held;
  }
}
