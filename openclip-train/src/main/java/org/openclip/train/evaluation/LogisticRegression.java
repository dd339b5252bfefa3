package org.openclip.train.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/**
 * A linear classifier over vectors, whose weights make its labels likely: {@code Σ -log p + penalty
 * / 2 · |weights|²} is smallest. Biases cost nothing. Immutable.
 */
public final class LogisticRegression {
  private static final int ITERATIONS = 1000;
  private static final double TOLERANCE = 1e-6;

  /** Rows are summed up in so many parts whatever the machine, so that the result is the same. */
  private static final int PARTS = 16;

  private final int width;
  private final int classes;

  /** For each feature a weight for each class; behind them the biases. */
  private final double[] weights;

  private LogisticRegression(int width, int classes, double[] weights) {
    this.width = width;
    this.classes = classes;
    this.weights = weights;
  }

  /**
   * Fits a classifier from zero.
   *
   * @param features one row for each picture
   * @param labels for each row its class
   * @param classes how many there are, at least 2
   * @param penalty of large weights, at least 0
   * @throws InvalidInputException when the sizes do not fit
   */
  public static LogisticRegression fit(
      Embeddings features, List<Integer> labels, int classes, double penalty) {
    int size = (features.width() + 1) * classes;
    LogisticRegression zero = new LogisticRegression(features.width(), classes, new double[size]);
    return zero.refit(features, labels, penalty);
  }

  /** Fits a classifier that starts from this one, which is faster when they are similar. */
  LogisticRegression refit(Embeddings features, List<Integer> labels, double penalty) {
    if (features.size() == 0 || features.size() != labels.size() || features.width() != width) {
      throw new InvalidInputException(
          "%d rows of width %d with %d labels do not fit a classifier of width %d"
              .formatted(features.size(), features.width(), labels.size(), width));
    }
    if (classes < 2 || !(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "%d classes and penalty %s are not possible; there must be two classes, and the penalty"
                  .formatted(classes, penalty)
              + " be finite and at least 0");
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new InvalidInputException("label " + label + " is not one of 0 to " + (classes - 1));
      }
    }
    float[] x = features.toArray();
    int[] y = labels.stream().mapToInt(Integer::intValue).toArray();
    Lbfgs search =
        new Lbfgs((point, gradient) -> cost(x, y, penalty, point, gradient), TOLERANCE, ITERATIONS);
    return new LogisticRegression(width, classes, search.minimum(weights));
  }

  /** Returns the mean cost of a row, and its derivatives. */
  private double cost(float[] x, int[] y, double penalty, double[] point, double[] gradient) {
    int rows = y.length;
    double[][] parts = new double[PARTS][];
    double[] costs = new double[PARTS];
    IntStream all = IntStream.range(0, PARTS);
    (worthIt(rows) ? all.parallel() : all)
        .forEach(
            part -> {
              int from = (int) ((long) rows * part / PARTS);
              int to = (int) ((long) rows * (part + 1) / PARTS);
              parts[part] = new double[point.length];
              costs[part] = cost(x, y, from, to, point, parts[part]);
            });
    java.util.Arrays.fill(gradient, 0);
    double cost = 0;
    for (int part = 0; part < PARTS; part++) {
      cost += costs[part] / rows;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += parts[part][i] / rows;
      }
    }
    for (int i = 0; i < width * classes; i++) {
      cost += penalty / rows / 2 * point[i] * point[i];
      gradient[i] += penalty / rows * point[i];
    }
    return cost;
  }

  /** Returns whether the work is more than what it takes to share it out. */
  private boolean worthIt(int rows) {
    return (double) rows * width * classes > 1e6;
  }

  private double cost(float[] x, int[] y, int from, int to, double[] point, double[] gradient) {
    double cost = 0;
    double[] scores = new double[classes];
    for (int row = from; row < to; row++) {
      scores(x, row, point, scores);
      double largest = Double.NEGATIVE_INFINITY;
      for (double score : scores) {
        largest = Math.max(largest, score);
      }
      double sum = 0;
      double right = scores[y[row]] - largest;
      for (int c = 0; c < classes; c++) {
        scores[c] = Math.exp(scores[c] - largest);
        sum += scores[c];
      }
      cost += Math.log(sum) - right;
      for (int c = 0; c < classes; c++) {
        scores[c] = scores[c] / sum - (c == y[row] ? 1 : 0);
      }
      for (int j = 0; j < width; j++) {
        double value = x[row * width + j];
        for (int c = 0; c < classes; c++) {
          gradient[j * classes + c] += value * scores[c];
        }
      }
      for (int c = 0; c < classes; c++) {
        gradient[width * classes + c] += scores[c];
      }
    }
    return cost;
  }

  private void scores(float[] x, int row, double[] point, double[] scores) {
    System.arraycopy(point, width * classes, scores, 0, classes);
    for (int j = 0; j < width; j++) {
      double value = x[row * width + j];
      for (int c = 0; c < classes; c++) {
        scores[c] += value * point[j * classes + c];
      }
    }
  }

  /** Returns a score for each row and class; the largest is the guess. */
  public float[][] scores(Embeddings features) {
    if (features.width() != width) {
      throw new InvalidInputException(
          "rows of width %d do not fit a classifier of width %d"
              .formatted(features.width(), width));
    }
    float[] x = features.toArray();
    float[][] all = new float[features.size()][classes];
    double[] scores = new double[classes];
    for (int row = 0; row < all.length; row++) {
      scores(x, row, weights, scores);
      for (int c = 0; c < classes; c++) {
        all[row][c] = (float) scores[c];
      }
    }
    return all;
  }

  /** Returns the weight of a feature for a class. */
  double weight(int feature, int label) {
    return weights[feature * classes + label];
  }
}
