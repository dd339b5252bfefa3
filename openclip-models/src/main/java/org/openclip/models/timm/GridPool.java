package org.openclip.models.timm;

import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** The poolings of a grid of features that need no parameters. */
enum GridPool {
  /** No pooling: the grid itself. */
  NONE(""),
  /** The mean over the grid. */
  AVERAGE("avg"),
  /** The largest element of every channel. */
  MAXIMUM("max"),
  /** The mean of both. */
  AVERAGE_MAXIMUM("avgmax");

  private final String timmName;

  GridPool(String timmName) {
    this.timmName = timmName;
  }

  /** Returns the pooling that is asked for, or else the mean. */
  static GridPool of(TimmTrunk.Request request) {
    String name = request.pool();
    for (GridPool pool : values()) {
      if (pool.timmName.equals(name)) {
        if (pool == NONE && request.classes() > 0) {
          throw new InvalidConfigException(
              "vision_cfg.timm_pool",
              "is empty, so the output is a grid instead of a vector; use avg or set timm_proj");
        }
        return pool;
      }
    }
    if (name != null) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool", "'" + name + "' is not one of avg, max, avgmax, \"\"");
    }
    return AVERAGE;
  }

  /**
   * Writes the pooling.
   *
   * @param rows the axis of the grid's rows; that of its columns comes next
   * @return the input without both axes; all of it when nothing is pooled
   */
  Value encode(GraphBuilder g, Value x, int rows) {
    return switch (this) {
      case NONE -> x;
      case AVERAGE -> g.reduce(x, Reduction.MEAN, rows, rows + 1);
      case MAXIMUM -> g.reduce(x, Reduction.MAX, rows, rows + 1);
      case AVERAGE_MAXIMUM -> {
        Value mean = g.reduce(x, Reduction.MEAN, rows, rows + 1);
        yield g.times(g.plus(mean, g.reduce(x, Reduction.MAX, rows, rows + 1)), g.constant(0.5));
      }
    };
  }
}
