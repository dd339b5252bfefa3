package org.openclip.train.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/**
 * What a model makes of some pairs, or of all.
 *
 * @param images one row for each image
 * @param texts one row for each caption
 * @param sums what the model tells of each batch, times its pairs, in all
 * @param pairs how many there are
 */
public record CollectedPairs(
    Embeddings images, Embeddings texts, Map<String, Double> sums, long pairs) {
  /** Copies the sums. */
  public CollectedPairs {
    sums = Map.copyOf(sums);
  }

  /**
   * Returns the metrics.
   *
   * @throws InvalidInputException when there is not one pair
   */
  public Map<String, Double> metrics() {
    return metrics("image");
  }

  /**
   * Returns the metrics.
   *
   * @param kind what the pairs consist of beside texts, such as {@code image} or {@code audio}
   * @throws InvalidInputException when there is not one pair
   */
  public Map<String, Double> metrics(String kind) {
    if (pairs == 0) {
      throw new InvalidInputException(
          "there is no readable %s with a caption"
              .formatted(kind.equals("image") ? "picture" : "sound"));
    }
    Map<String, Double> metrics = new LinkedHashMap<>(Retrieval.metrics(kind, images, texts));
    new TreeMap<>(sums).forEach((name, sum) -> metrics.put(name, sum / pairs));
    metrics.put(PairEvaluation.SAMPLES, (double) pairs);
    return metrics;
  }
}
