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
 * The description of a training: towers from inputs to features, an objective from the features to
 * scalars, an optimizer, and a rule for each parameter.
 *
 * <p>If an input of the objective has the name of a tower's output, it is that output. Other
 * inputs, such as labels and a teacher's features, come with the batch. The output {@value #LOSS}
 * is minimised; the others are reported. Parameters with the same name are the same parameter.
 * Towers and objective use the same symbol for the batch.
 *
 * @param towers the graphs from images and texts to features; the names of their outputs differ
 * @param objective the graph from features to scalars
 * @param optimizer the optimizer
 * @param rules the learning rate factor and weight decay of each trained parameter; other
 *     parameters do not change
 * @param frozenStatistics the names of running means whose batch norms use the running statistics
 *     and do not update them
 * @param clamps ranges to which parameters are clamped after every step, by name
 * @param gradientNorm the largest norm of all gradients together, for gradient clipping; infinite
 *     for no clipping
 * @param checkpointing whether to use gradient checkpointing: activations of the towers are
 *     recomputed instead of kept, to save memory
 * @param sharing the options of a distributed training
 * @param tiling how the objective is computed in tiles of rows; null for the whole at once
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
   * The options of a distributed training. Each process computes the gradients of its own part of
   * the batch. The mean of these gradients updates the parameters of all processes.
   *
   * @param norms whether batch norms use the statistics of all processes (synchronised batch norm);
   *     otherwise each process uses its own, and the running statistics follow rank 0
   * @param gradients the type in which gradients are sent: FLOAT32 or BFLOAT16
   * @param state whether the optimizer state is sharded: each process holds the state of some
   *     parameters, updates these, and receives the others; otherwise each holds all state
   */
  public record Sharing(boolean norms, DataType gradients, boolean state) {
    /** Batch norms are not synchronised, gradients are sent in float32, each has all state. */
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
   * Computes an objective in tiles of rows, so that the matrix that compares rows with all others
   * is never in memory as a whole. The outputs of the objective must be means over the rows of a
   * batch.
   *
   * @param gather the graph from some inputs of the objective to all rows of them
   * @param tile the graph from some rows of the objective's inputs, and the outputs of {@code
   *     gather}, to the objective's outputs, each the mean over those rows. An input named {@value
   *     #FIRST_ROW}, {@code int64[1]}, is the index of the first of these rows among all rows
   * @param rows the name of an input that is split into tiles; all inputs whose first dimension is
   *     not fixed are split
   * @param count the number of tiles
   */
  public record Tiling(Graph gather, Graph tile, String rows, int count) {
    /** The name of the input with the index of the first row, which the trainer sets itself. */
    public static final String FIRST_ROW = "first_row";

    /** Checks that there is a tile. */
    public Tiling {
      if (count < 1) {
        throw new InvalidInputException(
            "the number of tiles is " + count + ", but must be at least 1");
      }
    }
  }

  /** Creates a plan without synchronised batch norms and without tiles. */
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
          "the maximum gradient norm is " + gradientNorm + ", but must be above 0");
    }
    Map<String, LeafOp.Parameter> known = parameters(towers, objective);
    Set<String> named = new HashSet<>(rules.keySet());
    named.addAll(frozenStatistics);
    named.addAll(clamps.keySet());
    for (String name : named) {
      if (!known.containsKey(name)) {
        throw new InvalidInputException(
            "the plan names '" + name + "', which is not a parameter of any graph");
      }
    }
    for (String name : rules.keySet()) {
      if (!Objects.requireNonNull(known.get(name)).trained()) {
        throw new InvalidInputException("'" + name + "' is a buffer, which cannot be trained");
      }
    }
  }

  /** Creates a plan without locks, clamps, gradient clipping or gradient checkpointing. */
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
