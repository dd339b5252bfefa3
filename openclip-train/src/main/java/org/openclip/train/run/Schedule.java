package org.openclip.train.run;

import org.openclip.api.InvalidInputException;

/**
 * The learning rate schedule: a linear warm-up, then a half cosine to zero (Loshchilov and Hutter
 * 2017, arXiv 1608.03983), or a constant with or without a cool-down.
 *
 * @param kind what comes after the warm-up
 * @param rate the largest learning rate
 * @param warmup the number of steps of the warm-up
 * @param steps the number of all steps
 * @param cooldown the number of steps of the cool-down at the end; for {@link Kind#CONST_COOLDOWN}
 * @param cooldownPower the power by which the cool-down falls; 1 is a line
 * @param cooldownEnd the learning rate after the cool-down
 */
public record Schedule(
    Kind kind,
    double rate,
    long warmup,
    long steps,
    long cooldown,
    double cooldownPower,
    double cooldownEnd) {
  /** What comes after the warm-up. */
  public enum Kind {
    /** Half a cosine down to zero. */
    COSINE,
    /** The largest rate to the end. */
    CONST,
    /** The largest rate, then a fall at the end. */
    CONST_COOLDOWN
  }

  /** Checks the ranges. */
  public Schedule {
    if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)
        || warmup < 0
        || steps < 0
        || cooldown < 0
        || cooldown > steps
        || !(cooldownPower > 0)
        || !(cooldownEnd >= 0)) {
      throw new InvalidInputException(
          "a schedule of rate %s over %s steps with %s warm-up steps and %s cool-down steps is invalid"
              .formatted(rate, steps, warmup, cooldown));
    }
  }

  /** Returns a cosine schedule. */
  public static Schedule cosine(double rate, long warmup, long steps) {
    return new Schedule(Kind.COSINE, rate, warmup, steps, 0, 1, 0);
  }

  /**
   * Returns the learning rate of a step.
   *
   * @param step from 0
   */
  public double at(long step) {
    if (step < warmup) {
      return rate * (step + 1) / warmup;
    }
    return switch (kind) {
      case CONST -> rate;
      case COSINE -> {
        long rest = steps - warmup;
        double done = rest <= 0 ? 1 : (double) (step - warmup) / rest;
        yield 0.5 * (1 + Math.cos(Math.PI * done)) * rate;
      }
      case CONST_COOLDOWN -> {
        long start = steps - cooldown;
        if (step < start) {
          yield rate;
        }
        double left = 1 - (double) (step - start) / Math.max(1, cooldown);
        yield Math.pow(Math.max(0, left), cooldownPower) * (rate - cooldownEnd) + cooldownEnd;
      }
    };
  }
}
