package org.openclip.train.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/**
 * Multinomial logistic regression: a linear classifier whose weights minimise {@code Σ -log p +
 * penalty / 2 · |weights|²}. Biases have no penalty. Immutable.
 */
public final class LogisticRegression {
  private static final int ITERATIONS = 1000;

  /** What is left of the first slope where the search ends. */
  private static final double EXACT = 1e-6;

  /** The same where a classifier is only compared with others. */
  private static final double ROUGH = 1e-4;

  /** Rows whose scores are computed together, so that weights are read once for all of them. */
  private static final int BLOCK = 16;

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
   * Fits a classifier, starting from zero.
   *
   * @param features one row for each image
   * @param labels the class of each row
   * @param classes the number of classes, at least 2
   * @param penalty the L2 penalty, at least 0
   * @throws InvalidInputException when the sizes do not fit
   */
  public static LogisticRegression fit(
      Embeddings features, List<Integer> labels, int classes, double penalty) {
    int size = (features.width() + 1) * classes;
    LogisticRegression zero = new LogisticRegression(features.width(), classes, new double[size]);
    return zero.refit(features, labels, penalty, EXACT);
  }

  /** Fits a classifier that starts from zero, roughly. */
  static LogisticRegression roughly(
      Embeddings features, List<Integer> labels, int classes, double penalty) {
    int size = (features.width() + 1) * classes;
    LogisticRegression zero = new LogisticRegression(features.width(), classes, new double[size]);
    return zero.roughly(features, labels, penalty);
  }

  /** Fits one that starts from this one, roughly, which is fast when they are similar. */
  LogisticRegression roughly(Embeddings features, List<Integer> labels, double penalty) {
    return refit(features, labels, penalty, ROUGH);
  }

  private LogisticRegression refit(
      Embeddings features, List<Integer> labels, double penalty, double precision) {
    if (features.size() == 0 || features.size() != labels.size() || features.width() != width) {
      throw new InvalidInputException(
          "%s rows of width %s with %s labels do not fit a classifier of width %s"
              .formatted(features.size(), features.width(), labels.size(), width));
    }
    if (classes < 2 || !(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "%s classes and penalty %s are invalid; there must be at least two classes, and the penalty must"
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
    double[] slope = new double[weights.length];
    cost(x, y, penalty, new double[weights.length], slope);
    double steepest = 0;
    for (double each : slope) {
      steepest = Math.max(steepest, Math.abs(each));
    }
    Lbfgs search =
        new Lbfgs(
            (point, gradient) -> cost(x, y, penalty, point, gradient),
            precision * steepest,
            ITERATIONS);
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
    Arrays.fill(gradient, 0);
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
    double[][] scores = new double[BLOCK][classes];
    for (int first = from; first < to; first += BLOCK) {
      int rows = Math.min(BLOCK, to - first);
      scores(x, first, rows, point, scores);
      for (int row = 0; row < rows; row++) {
        cost += softmax(scores[row], y[first + row]);
      }
      for (int j = 0; j < width; j++) {
        int at = j * classes;
        for (int row = 0; row < rows; row++) {
          double value = x[(first + row) * width + j];
          double[] off = scores[row];
          for (int c = 0; c < classes; c++) {
            gradient[at + c] += value * off[c];
          }
        }
      }
      for (int row = 0; row < rows; row++) {
        for (int c = 0; c < classes; c++) {
          gradient[width * classes + c] += scores[row][c];
        }
      }
    }
    return cost;
  }

  /** Turns scores into the slope of the cost by each of them; returns the cost. */
  private static double softmax(double[] scores, int label) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      largest = Math.max(largest, score);
    }
    double right = scores[label] - largest;
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      scores[c] = Math.exp(scores[c] - largest);
      sum += scores[c];
    }
    for (int c = 0; c < scores.length; c++) {
      scores[c] /= sum;
    }
    scores[label] -= 1;
    return Math.log(sum) - right;
  }

  private void scores(float[] x, int first, int rows, double[] point, double[][] scores) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(point, width * classes, scores[row], 0, classes);
    }
    for (int j = 0; j < width; j++) {
      int at = j * classes;
      for (int row = 0; row < rows; row++) {
        double value = x[(first + row) * width + j];
        double[] own = scores[row];
        for (int c = 0; c < classes; c++) {
          own[c] += value * point[at + c];
        }
      }
    }
  }

  /**
   * Returns the score of each row for each class. The class with the largest score is the
   * prediction.
   */
  public float[][] scores(Embeddings features) {
    if (features.width() != width) {
      throw new InvalidInputException(
          "rows of width %s do not fit a classifier of width %s"
              .formatted(features.width(), width));
    }
    float[] x = features.toArray();
    float[][] all = new float[features.size()][classes];
    double[][] scores = new double[1][classes];
    for (int row = 0; row < all.length; row++) {
      scores(x, row, 1, weights, scores);
      for (int c = 0; c < classes; c++) {
        all[row][c] = (float) scores[0][c];
      }
    }
    return all;
  }

  /** Returns the weight of a feature for a class. */
  double weight(int feature, int label) {
    return weights[feature * classes + label];
  }
}
