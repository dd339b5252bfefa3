package org.openclip.train.evaluation;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The minimum of a smooth function by L-BFGS (Liu and Nocedal 1989), with a line search by
 * bisection for the weak Wolfe conditions (Lewis and Overton 2013).
 */
final class Lbfgs {
  private static final int MEMORY = 10;
  private static final int TRIALS = 40;
  private static final double SUFFICIENT = 1e-4;
  private static final double FLAT = 0.9;

  /** A function with its derivatives. */
  interface Function {
    /**
     * Returns the value at a point.
     *
     * @param gradient takes the derivatives
     */
    double at(double[] point, double[] gradient);
  }

  /** A step and the change of the gradient along it. */
  private static final class Pair {
    private final double[] step;
    private final double[] change;
    private final double product;

    Pair(double[] step, double[] change) {
      this.step = step;
      this.change = change;
      this.product = dot(step, change);
    }
  }

  private final Function function;
  private final double tolerance;
  private final int iterations;

  /**
   * Prepares a search.
   *
   * @param tolerance it ends when no derivative is larger
   * @param iterations it ends after so many steps
   */
  Lbfgs(Function function, double tolerance, int iterations) {
    this.function = function;
    this.tolerance = tolerance;
    this.iterations = iterations;
  }

  /** Returns the point where the search ends. */
  double[] minimum(double[] start) {
    double[] x = start.clone();
    double[] gradient = new double[x.length];
    double value = function.at(x, gradient);
    ArrayDeque<Pair> pairs = new ArrayDeque<>();
    for (int i = 0; i < iterations && largest(gradient) > tolerance; i++) {
      double[] direction = direction(gradient, pairs);
      double slope = dot(direction, gradient);
      double[] next = new double[x.length];
      double[] after = new double[x.length];
      double found = search(x, value, direction, slope, next, after);
      if (!(found < value)) {
        return x; // The numbers are too coarse to go on.
      }
      remember(x, gradient, next, after, pairs);
      x = next;
      gradient = after;
      value = found;
    }
    return x;
  }

  /** Finds a point along a direction, which falls; returns its value. */
  private double search(
      double[] x, double value, double[] direction, double slope, double[] next, double[] after) {
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double length = 1;
    double found = Double.NaN;
    for (int trial = 0; trial < TRIALS; trial++) {
      for (int j = 0; j < x.length; j++) {
        next[j] = x[j] + length * direction[j];
      }
      found = function.at(next, after);
      if (!(found <= value + SUFFICIENT * length * slope)) {
        high = length;
      } else if (dot(direction, after) < FLAT * slope) {
        low = length;
      } else {
        return found;
      }
      length = high < Double.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low;
    }
    return found;
  }

  private static double[] direction(double[] gradient, ArrayDeque<Pair> pairs) {
    double[] d = new double[gradient.length];
    for (int j = 0; j < d.length; j++) {
      d[j] = -gradient[j];
    }
    if (pairs.isEmpty()) {
      scale(d, 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))));
      return d;
    }
    double[] shares = new double[pairs.size()];
    int at = shares.length;
    for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
      Pair pair = newest.next();
      shares[--at] = dot(pair.step, d) / pair.product;
      add(d, pair.change, -shares[at]);
    }
    Pair last = pairs.getLast();
    scale(d, last.product / dot(last.change, last.change));
    for (Pair pair : pairs) {
      double share = dot(pair.change, d) / pair.product;
      add(d, pair.step, shares[at++] - share);
    }
    return d;
  }

  private static void remember(
      double[] x, double[] gradient, double[] next, double[] after, ArrayDeque<Pair> pairs) {
    double[] step = next.clone();
    add(step, x, -1);
    double[] change = after.clone();
    add(change, gradient, -1);
    Pair pair = new Pair(step, change);
    if (pair.product > 0) {
      pairs.addLast(pair);
      if (pairs.size() > MEMORY) {
        pairs.removeFirst();
      }
    }
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static void add(double[] to, double[] what, double factor) {
    for (int j = 0; j < to.length; j++) {
      to[j] += factor * what[j];
    }
  }

  private static void scale(double[] values, double factor) {
    for (int j = 0; j < values.length; j++) {
      values[j] *= factor;
    }
  }
}
