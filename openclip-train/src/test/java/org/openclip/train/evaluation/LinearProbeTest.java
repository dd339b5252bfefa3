package org.openclip.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

class LinearProbeTest {
  private static final int CLASSES = 3;
  private static final int WIDTH = 4;

  private record Data(Embeddings features, List<Integer> labels) {
    LabelledFeatures labelled() {
      return new LabelledFeatures(List.of("a", "b", "c"), features, labels);
    }

    /** Clouds around three points; the last two features are noise. */
    static Data of(int rows, double spread, long seed) {
      Random random = new Random(seed);
      float[] x = new float[rows * WIDTH];
      List<Integer> labels = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        int label = i % CLASSES;
        labels.add(label);
        x[i * WIDTH] = (float) (Math.cos(2 * label) + spread * random.nextGaussian());
        x[i * WIDTH + 1] = (float) (Math.sin(2 * label) + spread * random.nextGaussian());
        x[i * WIDTH + 2] = (float) random.nextGaussian();
        x[i * WIDTH + 3] = (float) random.nextGaussian();
      }
      return new Data(Embeddings.of(WIDTH, x), labels);
    }
  }

  /** Small steps down the slope, in the plainest form. */
  private static double[][] reference(Data data, double penalty) {
    double[][] w = new double[CLASSES][WIDTH + 1];
    int rows = data.labels().size();
    for (int step = 0; step < 20_000; step++) {
      double[][] slope = new double[CLASSES][WIDTH + 1];
      for (int i = 0; i < rows; i++) {
        float[] x = data.features().row(i);
        double[] p = new double[CLASSES];
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
          double score = w[c][WIDTH];
          for (int j = 0; j < WIDTH; j++) {
            score += w[c][j] * x[j];
          }
          p[c] = Math.exp(score);
          sum += p[c];
        }
        for (int c = 0; c < CLASSES; c++) {
          double off = p[c] / sum - (data.labels().get(i) == c ? 1 : 0);
          for (int j = 0; j < WIDTH; j++) {
            slope[c][j] += off * x[j];
          }
          slope[c][WIDTH] += off;
        }
      }
      for (int c = 0; c < CLASSES; c++) {
        for (int j = 0; j <= WIDTH; j++) {
          w[c][j] -= 0.02 * (slope[c][j] + (j < WIDTH ? penalty * w[c][j] : 0));
        }
      }
    }
    return w;
  }

  @Test
  void findsTheMinimumThatSmallStepsFind() {
    Data data = Data.of(30, 0.8, 1);
    double[][] expected = reference(data, 0.7);

    LogisticRegression fitted =
        LogisticRegression.fit(data.features(), data.labels(), CLASSES, 0.7);

    for (int c = 0; c < CLASSES; c++) {
      for (int j = 0; j < WIDTH; j++) {
        assertThat(fitted.weight(j, c))
            .as("w[%d][%d]", c, j)
            .isCloseTo(expected[c][j], within(1e-4));
      }
    }
  }

  @Test
  void aLargerPenaltyMakesWeightsSmaller() {
    Data data = Data.of(60, 0.5, 2);
    double before = Double.POSITIVE_INFINITY;
    for (double penalty : new double[] {0, 0.1, 10, 1000}) {
      LogisticRegression fitted =
          LogisticRegression.fit(data.features(), data.labels(), CLASSES, penalty);
      double size = Math.abs(fitted.weight(0, 0)) + Math.abs(fitted.weight(1, 1));
      assertThat(size).isLessThan(before);
      before = size;
    }
  }

  @Test
  void theProbeTellsCloudsApartAndChoosesAPenaltyThatHelps() {
    Data training = Data.of(120, 0.35, 3);
    Data test = Data.of(300, 0.35, 4);

    LinearProbe probe = LinearProbe.fit(training.labelled(), 0);
    Map<String, Double> metrics = probe.metrics(test.labelled());

    assertThat(metrics.get("top1")).isGreaterThan(0.95);
    assertThat(metrics.get("mean_per_class_recall")).isGreaterThan(0.95);
    assertThat(metrics.get("top5")).isEqualTo(1);
    assertThat(metrics).containsEntry("penalty", probe.penalty()).containsEntry("pictures", 300.0);
    assertThat(probe.penalty()).isBetween(1e-6, 1e6);
    LinearProbe again = LinearProbe.fit(training.labelled(), 0);
    assertThat(again.metrics(test.labelled())).isEqualTo(metrics);
  }

  @Test
  void noiseAloneIsKeptDown() {
    Random random = new Random(5);
    float[] x = new float[60 * 40];
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < 60; i++) {
      labels.add(i % 2);
      x[i * 40] += i % 2 == 0 ? 1.5f : -1.5f;
    }

    LinearProbe probe =
        LinearProbe.fit(new LabelledFeatures(List.of("a", "b"), Embeddings.of(40, x), labels), 1);

    assertThat(probe.penalty()).isGreaterThan(0.1);
    assertThat(probe.heldOut()).isGreaterThan(0.8);
  }

  @Test
  void meanRecallCountsEachClassOnce() {
    Tally tally = new Tally(3);
    tally.add(new float[] {3, 2, 1}, 0);
    tally.add(new float[] {3, 2, 1}, 0);
    tally.add(new float[] {3, 2, 1}, 0);
    tally.add(new float[] {3, 2, 1}, 1);

    assertThat(tally.metrics())
        .containsEntry("top1", 0.75)
        .containsEntry("top5", 1.0)
        .containsEntry("mean_per_class_recall", 0.5)
        .containsEntry("pictures", 4.0);
  }

  @Test
  void whatCannotBeFittedIsSaid() {
    Embeddings two = Embeddings.of(1, new float[] {1, 2});
    assertThatThrownBy(
            () -> LinearProbe.fit(new LabelledFeatures(List.of("a", "b"), two, List.of(0, 1)), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a class with at least two pictures");
    assertThatThrownBy(() -> LogisticRegression.fit(two, List.of(0, 2), 2, 1))
        .hasMessageContaining("label 2");
    assertThatThrownBy(() -> LogisticRegression.fit(two, List.of(0, 0), 1, 1))
        .hasMessageContaining("two classes");
    assertThatThrownBy(() -> LogisticRegression.fit(two, List.of(0), 2, 1))
        .hasMessageContaining("1 labels");
    assertThatThrownBy(
            () ->
                LogisticRegression.fit(two, List.of(0, 1), 2, 1)
                    .scores(Embeddings.of(2, new float[] {1, 2})))
        .hasMessageContaining("width 2");
  }
}
