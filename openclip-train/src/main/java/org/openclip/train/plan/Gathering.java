package org.openclip.train.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;

/**
 * How a process uses the features of other processes in its loss, with the reference's meanings and
 * gradient scale: each process computes the gradients of its own loss, and their mean over all
 * processes updates the parameters.
 *
 * @param rank which process this is
 * @param ranks how many there are
 * @param local whether the loss compares the process' own rows with all; else all with all, in
 *     every process
 * @param gradients whether gradients flow back to the processes from which features came. Without,
 *     only a process' own features carry any, which makes them smaller than those of one process
 *     over the whole batch
 */
public record Gathering(int rank, int ranks, boolean local, boolean gradients) {
  /** One process, which sees its own features. */
  public static final Gathering ALONE = new Gathering(0, 1, false, false);

  private static final List<String> OWNERS = List.of("", LossProvider.TEACHER);

  /** Checks the rank. */
  public Gathering {
    if (rank < 0 || rank >= ranks) {
      throw new InvalidInputException("there is no rank " + rank + " among " + ranks);
    }
  }

  /**
   * Puts the features of all processes beside, or in the place of, those of this one.
   *
   * @param features what a loss is given, by name
   */
  void apply(GraphBuilder graph, Map<String, Value> features) {
    if (ranks == 1) {
      return;
    }
    Dim batch = Objects.requireNonNull(features.get(LossProvider.IMAGE_FEATURES)).shape().dim(0);
    for (String owner : OWNERS) {
      for (String name : List.of(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES)) {
        Value own = features.get(owner + name);
        if (own != null && local) {
          features.put(LossProvider.ALL + owner + name, all(graph, own));
        } else if (own != null) {
          features.put(owner + name, gradients ? all(graph, own) : withOwn(graph, own));
        }
      }
    }
    Value keys = features.get(LossProvider.TEXT_KEYS);
    if (keys != null) {
      String name = local ? LossProvider.ALL + LossProvider.TEXT_KEYS : LossProvider.TEXT_KEYS;
      features.put(name, graph.allGather(keys, ranks));
    }
    if (local) {
      Dim first = place(batch);
      Value rows = graph.range(first.plus(batch));
      features.put(LossProvider.FIRST_ROW, graph.slice(rows, 0, first, first.plus(1)));
    }
  }

  /** Returns the place of this process' first row among those of all. */
  private Dim place(Dim batch) {
    return rank == 0 ? Dim.of(0) : batch.times(Dim.of(rank));
  }

  /** Returns whether a loss sees a process' own rows beside those of all, so that it can be cut. */
  public boolean cuttable() {
    return ranks == 1 || local;
  }

  /**
   * Checks that the loss can be cut.
   *
   * @throws InvalidInputException when it cannot
   */
  void checkCuttable() {
    if (!cuttable()) {
      throw new InvalidInputException(
          "a loss over all rows in every process cannot be computed in tiles; use --local-loss");
    }
  }

  /** Returns the rows of all processes. */
  Value all(GraphBuilder graph, Value own) {
    Value all = graph.allGather(own, ranks);
    return gradients || ranks == 1 ? all : graph.stopGradient(all);
  }

  /** Returns all rows, of which this process' own alone carry gradients. */
  private Value withOwn(GraphBuilder graph, Value own) {
    Value all = graph.stopGradient(graph.allGather(own, ranks));
    Dim batch = own.shape().dim(0);
    Dim first = place(batch);
    List<Value> parts = new ArrayList<>();
    if (rank > 0) {
      parts.add(graph.slice(all, 0, Dim.of(0), first));
    }
    parts.add(own);
    if (rank + 1 < ranks) {
      parts.add(graph.slice(all, 0, first.plus(batch), batch.times(Dim.of(ranks))));
    }
    return graph.concat(0, parts.toArray(Value[]::new));
  }
}
