package org.openclip.train.benchmark.measurement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/**
 * Computes the metrics of CLIP_benchmark 1.6, under its names. Of equal scores, that of the smaller
 * number comes first. Means that it takes in 32 bits are rounded to 32 bits.
 */
final class BenchmarkMetrics {
  private static final int FEW = 5;

  private BenchmarkMetrics() {}

  /**
   * Returns {@code acc1}, {@code acc5} (NaN with fewer than five classes) and {@code
   * mean_per_class_recall}, the mean over the classes that occur.
   *
   * @param images one row for each picture
   * @param classifier one row for each class
   * @param labels for each picture the right class
   */
  static Map<String, Object> classification(
      Embeddings images, Embeddings classifier, List<Integer> labels) {
    int classes = classifier.size();
    int count = images.size();
    int[] before = new int[count];
    Scores.each(images, classifier, (i, scores) -> before[i] = before(scores, labels.get(i)));
    long[] seen = new long[classes];
    long[] right = new long[classes];
    long few = 0;
    for (int i = 0; i < count; i++) {
      int label = labels.get(i);
      seen[label]++;
      right[label] += before[i] == 0 ? 1 : 0;
      few += before[i] < FEW ? 1 : 0;
    }
    double recall = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (seen[c] > 0) {
        recall += (double) right[c] / seen[c];
        present++;
      }
    }
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("acc1", (double) Arrays.stream(right).sum() / count);
    metrics.put("acc5", classes < FEW ? Double.NaN : (double) few / count);
    metrics.put("mean_per_class_recall", recall / present);
    return metrics;
  }

  /** Returns how many classes come before one. */
  private static int before(float[] scores, int label) {
    int before = 0;
    for (int c = 0; c < scores.length; c++) {
      boolean first = c < label ? scores[c] >= scores[label] : scores[c] > scores[label];
      before += first ? 1 : 0;
    }
    return before;
  }

  /**
   * Returns {@code mean_average_precision}: for each class the mean of the precisions at its own
   * pictures, best first; 0 for a class without any.
   *
   * @param images one row for each picture
   * @param classifier one row for each class
   * @param labels for each row a number for each class, 0 for none
   */
  static Map<String, Object> multilabel(
      Embeddings images, Embeddings classifier, List<List<Double>> labels) {
    int classes = classifier.size();
    float[][] scores = new float[images.size()][];
    Scores.each(images, classifier, (i, row) -> scores[i] = row);
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += averagePrecision(scores, labels, c);
    }
    return Map.of("mean_average_precision", (double) (float) (sum / classes));
  }

  private static double averagePrecision(float[][] scores, List<List<Double>> labels, int c) {
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[i][c]))
            .toList();
    double found = 0;
    double sum = 0;
    for (int rank = 0; rank < order.size(); rank++) {
      double label = labels.get(order.get(rank)).get(c);
      found += label;
      sum += label == 0 ? 0 : found / (rank + 1);
    }
    return sum / Math.max(found, 1);
  }

  /**
   * Returns for each k {@code image_retrieval_recall@k}, the share of captions whose picture is
   * among the k nearest, and {@code text_retrieval_recall@k}, the share of pictures with a caption
   * among the k nearest.
   *
   * @param images one row for each picture
   * @param texts one row for each caption
   * @param owners for each caption the row of its picture
   * @param ks not larger than the number of pictures and of captions
   */
  static Map<String, Object> retrieval(
      Embeddings images, Embeddings texts, int[] owners, List<Integer> ks) {
    for (int k : ks) {
      if (k < 1 || k > Math.min(images.size(), texts.size())) {
        throw new InvalidInputException(
            "recall at %s needs a number from 1 to that of the pictures (%s) and captions (%s);"
                    .formatted(k, images.size(), texts.size())
                + " change --recall_k");
      }
    }
    int[] ofTexts = ranks(texts, images, (text, image) -> owners[text] == image);
    int[] ofImages = ranks(images, texts, (image, text) -> owners[text] == image);
    Map<String, Object> metrics = new LinkedHashMap<>();
    for (int k : ks) {
      metrics.put("image_retrieval_recall@" + k, recall(ofTexts, k));
      metrics.put("text_retrieval_recall@" + k, recall(ofImages, k));
    }
    return metrics;
  }

  private interface Pairs {
    boolean match(int query, int answer);
  }

  /** Returns for each query how many answers come before the first that matches. */
  private static int[] ranks(Embeddings queries, Embeddings answers, Pairs pairs) {
    int[] ranks = new int[queries.size()];
    Scores.each(
        queries,
        answers,
        (query, scores) ->
            ranks[query] =
                IntStream.range(0, scores.length)
                    .filter(answer -> pairs.match(query, answer))
                    .map(answer -> before(scores, answer))
                    .min()
                    .orElse(Integer.MAX_VALUE));
    return ranks;
  }

  private static double recall(int[] ranks, int k) {
    long found = Arrays.stream(ranks).filter(rank -> rank < k).count();
    return (float) found / (float) ranks.length;
  }

  /**
   * Returns {@code image_acc}, {@code text_acc} and {@code acc} of data sets whose pictures come
   * with one right caption, the first, and wrong ones: how often the right one is nearest. The
   * picture of a caption is the only one there is, so it is always found.
   *
   * @param images one row for each picture
   * @param texts one row for each caption
   * @param owners for each caption the row of its picture, in order
   */
  static Map<String, Object> selection(Embeddings images, Embeddings texts, int[] owners) {
    long right = 0;
    int text = 0;
    for (int image = 0; image < images.size(); image++) {
      int from = text;
      while (text < owners.length && owners[text] == image) {
        text++;
      }
      if (from == text) {
        throw new InvalidInputException("picture %s has no caption".formatted(image));
      }
      float[] rows =
          Arrays.copyOfRange(texts.toArray(), from * texts.width(), text * texts.width());
      Embeddings own = Embeddings.of(texts.width(), rows);
      float[] scores = Embeddings.of(images.width(), images.row(image)).cosine(own)[0];
      right += before(scores, 0) == 0 ? 1 : 0;
    }
    double share = (float) right / (float) images.size();
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("image_acc", 1.0);
    metrics.put("text_acc", share);
    metrics.put("acc", share);
    return metrics;
  }
}
