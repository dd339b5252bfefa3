package org.openclip.api.training;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;

/**
 * What is trained and how: towers from inputs to features, an objective from the features to
 * scalars, and the rules by which parameters change.
 *
 * <p>An input of the objective is an output of a tower when it has its name, and is fed with the
 * batch otherwise, as labels and a teacher's features are. Its output {@value #LOSS} is minimised;
 * the others are reported. Parameters of one name are one, wherever they occur. Towers and
 * objective call their batch by one symbol.
 *
 * @param towers what turns pictures, and texts, into features; their outputs' names differ
 * @param objective from features to scalars
 * @param optimizer how a gradient changes a parameter
 * @param rules for each parameter that gradients change, how; all others stay as they are
 * @param frozenStatistics the names of running means whose batch norms use the running statistics
 *     and leave them as they are
 * @param clamps ranges into which parameters are moved after every step, by name
 * @param gradientNorm the largest length of all gradients together, which are scaled down to it;
 *     infinite for no bound
 * @param checkpointing whether most of what the towers compute is computed twice, not kept, to save
 *     memory
 * @param sharing how processes that train together do it
 * @param tiling how the objective is computed some rows at a time; null for all at once
 */
public record TrainingPlan(
    List<Graph> towers,
    Graph objective,
    Optimizer optimizer,
    Map<String, UpdateRule> rules,
    Set<String> frozenStatistics,
    Map<String, Clamp> clamps,
    double gradientNorm,
    boolean checkpointing,
    Sharing sharing,
    @Nullable Tiling tiling) {
  /** The name of the objective's output that is minimised, a scalar. */
  public static final String LOSS = "loss";

  /**
   * A range of numbers.
   *
   * @param minimum the lower end
   * @param maximum the upper end
   */
  public record Clamp(double minimum, double maximum) {}

  /**
   * How processes that train together do it. Each computes the gradients of its own part of the
   * batch; their mean changes the parameters of all.
   *
   * @param norms whether batch norms use the statistics of the parts of all processes; else of each
   *     process' own, and the running statistics follow those of the first
   * @param gradients the type in which gradients are sent: FLOAT32 or BFLOAT16
   * @param state whether each process keeps the optimizer's state of some parameters alone, changes
   *     these, and gets the others from those that change them; else each keeps and changes all
   */
  public record Sharing(boolean norms, DataType gradients, boolean state) {
    /** Each has its own batch norms and all state, and gradients are sent as they are. */
    public static final Sharing PLAIN = new Sharing(false, DataType.FLOAT32, false);

    /** Checks the type. */
    public Sharing {
      if (gradients != DataType.FLOAT32 && gradients != DataType.BFLOAT16) {
        throw new InvalidInputException(
            "gradients are sent in float32 or bfloat16, not in " + gradients);
      }
    }
  }

  /**
   * An objective whose outputs are means over the rows of a batch, computed some rows at a time so
   * that what compares rows with all others is never whole in memory.
   *
   * @param gather from some inputs of the objective to all rows of them
   * @param tile from some rows of the objective's inputs, and the outputs of {@code gather}, to the
   *     objective's outputs, each the mean over those rows; an input named {@value #FIRST_ROW},
   *     {@code int64[1]}, is the place of the first of them among all
   * @param rows the name of an input that is cut; all whose first dimension is not fixed are
   * @param count how many tiles there are
   */
  public record Tiling(Graph gather, Graph tile, String rows, int count) {
    /** The name of an input that nobody feeds. */
    public static final String FIRST_ROW = "first_row";

    /** Checks that there is a tile. */
    public Tiling {
      if (count < 1) {
        throw new InvalidInputException("an objective in " + count + " tiles is none");
      }
    }
  }

  /** Creates a plan of processes that share no batch norms. */
  public TrainingPlan(
      List<Graph> towers,
      Graph objective,
      Optimizer optimizer,
      Map<String, UpdateRule> rules,
      Set<String> frozenStatistics,
      Map<String, Clamp> clamps,
      double gradientNorm,
      boolean checkpointing) {
    this(
        towers,
        objective,
        optimizer,
        rules,
        frozenStatistics,
        clamps,
        gradientNorm,
        checkpointing,
        Sharing.PLAIN,
        null);
  }

  /** Copies the collections, and checks that what is named exists. */
  public TrainingPlan {
    towers = List.copyOf(towers);
    rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
    frozenStatistics = Set.copyOf(frozenStatistics);
    clamps = Map.copyOf(clamps);
    if (!objective.outputs().containsKey(LOSS)) {
      throw new InvalidInputException(
          "the objective has no output '" + LOSS + "'; it has " + objective.outputs().keySet());
    }
    if (!(gradientNorm > 0)) {
      throw new InvalidInputException(
          "the gradients' largest norm is " + gradientNorm + ", but must be above 0");
    }
    Map<String, LeafOp.Parameter> known = parameters(towers, objective);
    Set<String> named = new HashSet<>(rules.keySet());
    named.addAll(frozenStatistics);
    named.addAll(clamps.keySet());
    for (String name : named) {
      if (!known.containsKey(name)) {
        throw new InvalidInputException(
            "the plan names '" + name + "', which no graph has as a parameter");
      }
    }
    for (String name : rules.keySet()) {
      if (!Objects.requireNonNull(known.get(name)).trained()) {
        throw new InvalidInputException(
            "'" + name + "' is a buffer, which gradients do not change");
      }
    }
  }

  /** Returns a plan without locks, clamps, bounds or checkpointing. */
  public static TrainingPlan of(
      List<Graph> towers, Graph objective, Optimizer optimizer, Map<String, UpdateRule> rules) {
    return new TrainingPlan(
        towers, objective, optimizer, rules, Set.of(), Map.of(), Double.POSITIVE_INFINITY, false);
  }

  /** Returns the parameters of all graphs by name, in order. */
  public Map<String, LeafOp.Parameter> parameters() {
    return parameters(towers, objective);
  }

  private static Map<String, LeafOp.Parameter> parameters(List<Graph> towers, Graph objective) {
    Map<String, LeafOp.Parameter> all = new LinkedHashMap<>();
    towers.forEach(tower -> tower.parameters().forEach(p -> all.putIfAbsent(p.name(), p)));
    objective.parameters().forEach(p -> all.putIfAbsent(p.name(), p));
    return all;
  }
}
