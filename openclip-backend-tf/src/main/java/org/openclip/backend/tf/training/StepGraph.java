package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.runtime.Output;
import org.openclip.backend.tf.training.TowerPass.StepContext;

/** The operations of a step over one part of a batch: towers, objective, and the ways back. */
final class StepGraph {
  private final TrainingPlan plan;
  private final StepContext context;
  private final int rank;
  private final Map<String, Output> inputs = new LinkedHashMap<>();
  private final Map<String, Output> features = new LinkedHashMap<>();
  private final List<TowerPass> towers = new ArrayList<>();

  /** Writes the towers' way there. */
  StepGraph(
      TrainingPlan plan,
      Emitter out,
      TrainedVariables variables,
      Numbers numbers,
      Output seed,
      Collectives collectives) {
    this.plan = plan;
    this.rank = collectives.rank();
    this.context =
        new StepContext(
            out,
            variables,
            plan.rules().keySet(),
            numbers,
            new TrainingPhase(seed, plan.frozenStatistics(), collectives, plan.sharing().norms()));
    for (Graph tower : plan.towers()) {
      tower.inputs().forEach(this::placeholder);
      TowerPass pass = new TowerPass(context, tower, inputs(tower), plan.checkpointing());
      towers.add(pass);
      features.putAll(pass.outputs());
    }
    plan.objective().inputs().stream()
        .filter(input -> !features.containsKey(input.name()))
        .forEach(this::placeholder);
  }

  private void placeholder(LeafOp.Input input) {
    inputs.computeIfAbsent(input.name(), name -> placeholder(context.out(), input));
  }

  static Output placeholder(Emitter out, LeafOp.Input input) {
    long[] sizes =
        input.shape().dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray();
    return out.graph()
        .op("Placeholder", input.name())
        .attr("dtype", input.type())
        .shape("shape", sizes)
        .build();
  }

  private Map<String, Output> inputs(Graph graph) {
    Map<String, Output> own = new HashMap<>();
    for (LeafOp.Input input : graph.inputs()) {
      own.put(input.name(), Objects.requireNonNull(inputs.get(input.name())));
    }
    return own;
  }

  /** Returns what is fed, by name: the towers' inputs and the objective's own. */
  Map<String, Output> inputs() {
    return inputs;
  }

  /** Returns what the towers yield, by name. */
  Map<String, Output> features() {
    return features;
  }

  List<TrainingPhase.Observation> observations() {
    return context.phase().observations();
  }

  /**
   * An objective with its way back.
   *
   * @param scalars its outputs by name
   * @param features the derivatives of the loss by the features that it depends on, by name
   */
  record Objective(Map<String, Output> scalars, Map<String, Output> features) {}

  /**
   * Writes the objective.
   *
   * @param given its inputs by name
   * @param derivatives where the derivatives by its parameters go
   */
  Objective objective(Map<String, Output> given, Derivatives derivatives) {
    TrainingPlan.Tiling tiling = plan.tiling();
    if (tiling != null) {
      return new TiledObjective(context, tiling, rank).write(given, features.keySet(), derivatives);
    }
    Map<String, Output> own = new HashMap<>();
    List<String> names = new ArrayList<>();
    List<Output> by = new ArrayList<>();
    Graph graph = plan.objective();
    BitSet needed =
        Lowering.needed(
            graph, List.of(Objects.requireNonNull(graph.outputs().get(TrainingPlan.LOSS))));
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LeafOp.Input input) {
        Output value = Objects.requireNonNull(given.get(input.name()), input.name());
        own.put(input.name(), value);
        if (features.containsKey(input.name()) && needed.get(node.value().id())) {
          names.add(input.name());
          by.add(value);
        }
      }
    }
    Map<String, Output> scalars =
        Lowering.lower(
            plan.objective(),
            context.out(),
            own,
            context.numbers(),
            context.phase(),
            context.variables());
    Output loss = Objects.requireNonNull(scalars.get(TrainingPlan.LOSS));
    List<Optional<Output>> found =
        derivatives.add(
            List.of(loss),
            List.of(),
            context.reads(plan.objective(), List.of(TrainingPlan.LOSS)),
            by);
    Map<String, Output> back = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      found.get(i).ifPresent(d -> back.put(name, d));
    }
    return new Objective(scalars, back);
  }

  /**
   * Writes the towers' way back.
   *
   * @param incoming the derivatives of the loss by the features, by name
   */
  void back(Map<String, Output> incoming, Derivatives derivatives) {
    for (int i = 0; i < towers.size(); i++) {
      Map<String, Output> own = new LinkedHashMap<>(incoming);
      own.keySet().retainAll(plan.towers().get(i).outputs().keySet());
      boolean learns =
          !own.isEmpty() && !context.reads(plan.towers().get(i), own.keySet()).isEmpty();
      if (learns) {
        towers.get(i).back(own, derivatives);
      }
    }
  }
}
