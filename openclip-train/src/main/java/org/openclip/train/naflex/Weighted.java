package org.openclip.train.naflex;

import java.util.List;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;

/**
 * Numbers of which one is drawn at a time.
 *
 * @param values the numbers, at least one
 * @param weights how often each of them is drawn; they add up to 1
 */
record Weighted(List<Integer> values, List<Double> weights) {
  Weighted {
    values = List.copyOf(values);
    weights = List.copyOf(weights);
  }

  /**
   * Returns numbers with weights that need not add up to 1.
   *
   * @param weights of them, in the same order; empty for equal weights
   * @throws InvalidInputException when weights and numbers do not fit
   */
  static Weighted of(List<Integer> values, List<Double> weights) {
    if (weights.isEmpty()) {
      return new Weighted(values, values.stream().map(value -> 1.0 / values.size()).toList());
    }
    if (weights.size() != values.size()) {
      throw new InvalidInputException(
          "there are %s weights for %s numbers; give one for each"
              .formatted(weights.size(), values.size()));
    }
    double sum = weights.stream().mapToDouble(w -> w).sum();
    if (!(sum > 0)
        || sum == Double.POSITIVE_INFINITY
        || weights.stream().anyMatch(weight -> weight < 0)) {
      throw new InvalidInputException(
          "the weights %s are invalid; none may be negative, and one must be above 0"
              .formatted(weights));
    }
    return new Weighted(values, weights.stream().map(weight -> weight / sum).toList());
  }

  /** Draws a number. */
  int draw(SplittableRandom random) {
    double left = random.nextDouble();
    for (int i = 0; i + 1 < values.size(); i++) {
      left -= weights.get(i);
      if (left < 0) {
        return values.get(i);
      }
    }
    return values.get(values.size() - 1);
  }
}
