package org.openclip.train.evaluation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/** How often a picture finds its own caption among all others, and a caption its picture. */
public final class Retrieval {
  /** Rows whose cosines with all others are in memory together. */
  private static final int CHUNK = 1024;

  private Retrieval() {}

  /**
   * Returns recall at 1, 5 and 10, and the mean and median rank (from 1), in both directions, under
   * the reference's names. Of equal cosines, that of the pair itself comes last.
   *
   * @param images one row for each picture
   * @param texts one row for each caption, in the order of the pictures
   */
  public static Map<String, Double> metrics(Embeddings images, Embeddings texts) {
    if (images.size() != texts.size() || images.size() == 0) {
      throw new InvalidInputException(
          "retrieval needs as many pictures as captions, and one of each, not %d and %d"
              .formatted(images.size(), texts.size()));
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    describe(metrics, "image_to_text", ranks(images, texts));
    describe(metrics, "text_to_image", ranks(texts, images));
    return metrics;
  }

  private static int[] ranks(Embeddings queries, Embeddings answers) {
    int size = queries.size();
    int[] ranks = new int[size];
    for (int from = 0; from < size; from += CHUNK) {
      int to = Math.min(size, from + CHUNK);
      float[] rows =
          Arrays.copyOfRange(queries.toArray(), from * queries.width(), to * queries.width());
      float[][] cosines = Embeddings.of(queries.width(), rows).cosine(answers);
      for (int i = 0; i < cosines.length; i++) {
        float own = cosines[i][from + i];
        int before = 0;
        for (int j = 0; j < size; j++) {
          if (j != from + i && cosines[i][j] >= own) {
            before++;
          }
        }
        ranks[from + i] = before;
      }
    }
    return ranks;
  }

  private static void describe(Map<String, Double> metrics, String name, int[] ranks) {
    int[] sorted = ranks.clone();
    Arrays.sort(sorted);
    double mean = Arrays.stream(ranks).average().orElse(0) + 1;
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1
            ? sorted[middle] + 1
            : Math.floor((sorted[middle - 1] + sorted[middle]) / 2.0) + 1;
    metrics.put(name + "_mean_rank", mean);
    metrics.put(name + "_median_rank", median);
    for (int k : new int[] {1, 5, 10}) {
      long found = Arrays.stream(ranks).filter(r -> r < k).count();
      metrics.put(name + "_R@" + k, (double) found / ranks.length);
    }
  }
}
