package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/**
 * A linear probe: a logistic regression on the embeddings of a frozen model (Radford et al. 2021,
 * arXiv 2103.00020, appendix A.3). The L2 penalty is chosen by the accuracy on held-out training
 * images. Then all training images are fitted.
 *
 * @param classifier fitted to all training images
 * @param penalty that was chosen
 * @param heldOut the accuracy on the part held out
 */
public record LinearProbe(LogisticRegression classifier, double penalty, double heldOut) {
  /** The share of each class that is held out. */
  private static final double SHARE = 0.2;

  /** Powers of ten between which penalties are tried. */
  private static final double WEAKEST = -6;

  private static final double STRONGEST = 6;
  private static final double FIRST_INTERVAL = 2;
  private static final double LAST_INTERVAL = 0.125;

  /**
   * Chooses the penalty and fits the classifier.
   *
   * @param pictures to train on
   * @param seed the seed of the choice of held-out images
   * @throws InvalidInputException when no class has two images
   */
  public static LinearProbe fit(LabelledFeatures pictures, long seed) {
    Embeddings features = pictures.features();
    List<Integer> labels = pictures.labels();
    int classes = pictures.classes().size();
    boolean[] held = heldOut(labels, classes, seed);
    Part fitted = Part.of(features, labels, held, false);
    Part judged = Part.of(features, labels, held, true);
    if (judged.labels().isEmpty()) {
      throw new InvalidInputException(
          "a linear probe needs a class with at least two pictures, because it holds some out for"
              + " validation");
    }
    Sweep sweep = sweep(fitted, judged, classes);
    double penalty = Math.pow(10, sweep.best());
    LogisticRegression all = LogisticRegression.fit(features, labels, classes, penalty);
    return new LinearProbe(all, penalty, sweep.accuracy());
  }

  /**
   * Chooses the penalty by given validation images, and fits the classifier.
   *
   * @param pictures to train on
   * @param heldOut by which the penalty is chosen, with labels in the order of the same classes
   * @param both whether the classifier is fitted to both in the end, or to the first alone
   */
  public static LinearProbe fit(LabelledFeatures pictures, LabelledFeatures heldOut, boolean both) {
    int classes = pictures.classes().size();
    Part fitted = new Part(pictures.features(), pictures.labels());
    Part judged = new Part(heldOut.features(), heldOut.labels());
    Sweep sweep = sweep(fitted, judged, classes);
    double penalty = Math.pow(10, sweep.best());
    List<Integer> labels = new ArrayList<>(fitted.labels());
    labels.addAll(judged.labels());
    LogisticRegression classifier =
        both
            ? LogisticRegression.fit(
                Embeddings.concat(List.of(fitted.features(), judged.features())),
                labels,
                classes,
                penalty)
            : LogisticRegression.fit(fitted.features(), fitted.labels(), classes, penalty);
    return new LinearProbe(classifier, penalty, sweep.accuracy());
  }

  private static Sweep sweep(Part fitted, Part judged, int classes) {
    Sweep sweep = new Sweep(fitted, judged, classes);
    for (double power = STRONGEST; power >= WEAKEST; power -= FIRST_INTERVAL) {
      sweep.attempt(power);
    }
    for (double step = FIRST_INTERVAL / 2; step >= LAST_INTERVAL; step /= 2) {
      double middle = sweep.best();
      sweep.attempt(Math.min(STRONGEST, middle + step));
      sweep.attempt(Math.max(WEAKEST, middle - step));
    }
    return sweep;
  }

  /** Says for each row whether it is held out: a share of each class that has two or more. */
  private static boolean[] heldOut(List<Integer> labels, int classes, long seed) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      rows.add(new ArrayList<>());
    }
    for (int i = 0; i < labels.size(); i++) {
      rows.get(labels.get(i)).add(i);
    }
    boolean[] held = new boolean[labels.size()];
    SplittableRandom random = new SplittableRandom(seed);
    for (List<Integer> own : rows) {
      int count = own.size() < 2 ? 0 : Math.max(1, (int) (SHARE * own.size()));
      for (int i = 0; i < count; i++) {
        int chosen = random.nextInt(own.size());
        held[own.get(chosen)] = true;
        own.set(chosen, own.getLast());
        own.removeLast();
      }
    }
    return held;
  }

  /** Some of the rows. */
  private record Part(Embeddings features, List<Integer> labels) {
    static Part of(Embeddings features, List<Integer> labels, boolean[] held, boolean wanted) {
      List<Integer> own = new ArrayList<>();
      int count = 0;
      for (boolean each : held) {
        count += each == wanted ? 1 : 0;
      }
      int width = features.width();
      float[] all = features.toArray();
      float[] rows = new float[count * width];
      for (int i = 0; i < held.length; i++) {
        if (held[i] == wanted) {
          System.arraycopy(all, i * width, rows, own.size() * width, width);
          own.add(labels.get(i));
        }
      }
      return new Part(Embeddings.of(width, rows), own);
    }
  }

  /** Penalties that were tried, as powers of ten, and how they did. */
  private static final class Sweep {
    private final Part fitted;
    private final Part judged;
    private final int classes;
    private final TreeMap<Double, Double> accuracies = new TreeMap<>();
    private final TreeMap<Double, LogisticRegression> classifiers = new TreeMap<>();

    Sweep(Part fitted, Part judged, int classes) {
      this.fitted = fitted;
      this.judged = judged;
      this.classes = classes;
    }

    void attempt(double power) {
      if (accuracies.containsKey(power)) {
        return;
      }
      double penalty = Math.pow(10, power);
      Map.Entry<Double, LogisticRegression> near = classifiers.ceilingEntry(power);
      LogisticRegression classifier =
          near == null
              ? LogisticRegression.roughly(fitted.features(), fitted.labels(), classes, penalty)
              : near.getValue().roughly(fitted.features(), fitted.labels(), penalty);
      classifiers.put(power, classifier);
      accuracies.put(power, score(classifier));
    }

    private double score(LogisticRegression classifier) {
      return LinearProbe.metrics(classifier, judged.features(), judged.labels(), classes)
          .getOrDefault("top1", 0.0);
    }

    double accuracy() {
      return accuracies.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** Returns the middle of the penalties that did best. */
    double best() {
      List<Double> best =
          accuracies.entrySet().stream()
              .filter(e -> e.getValue() == accuracy())
              .map(Map.Entry::getKey)
              .toList();
      return best.get(best.size() / 2);
    }
  }

  /**
   * Returns top-1 and top-5 accuracy and mean per-class recall, with the penalty and its accuracy
   * on the held-out images.
   *
   * @param judged images with labels in the order of the training images' classes
   */
  public Map<String, Double> metrics(LabelledFeatures judged) {
    Map<String, Double> metrics =
        new LinkedHashMap<>(
            metrics(classifier, judged.features(), judged.labels(), judged.classes().size()));
    metrics.put("penalty", penalty);
    metrics.put("held_out_top1", heldOut);
    return metrics;
  }

  private static Map<String, Double> metrics(
      LogisticRegression classifier, Embeddings features, List<Integer> labels, int classes) {
    Tally tally = new Tally(classes);
    float[][] scores = classifier.scores(features);
    for (int i = 0; i < scores.length; i++) {
      tally.add(scores[i], labels.get(i));
    }
    return tally.metrics();
  }
}
