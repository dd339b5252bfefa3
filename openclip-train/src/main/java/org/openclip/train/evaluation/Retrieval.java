package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

/** Computes retrieval metrics, from images to captions and from captions to images. */
public final class Retrieval {
  /** Queries that are compared with all answers together; few enough for the processor's cache. */
  private static final int CHUNK = 128;

  private Retrieval() {}

  /**
   * Returns recall at 1, 5 and 10, and the mean and median rank (from 1), in both directions, under
   * the reference's names. Of equal cosines, the earlier row comes first, as in the reference.
   *
   * @param images one row for each image
   * @param texts one row for each caption, in the order of the images
   */
  public static Map<String, Double> metrics(Embeddings images, Embeddings texts) {
    return metrics("image", images, texts);
  }

  /**
   * Returns the same of other things than images.
   *
   * @param kind the name of what is compared with texts, in the names of the metrics
   * @param images one row for each of them
   * @param texts one row for each caption, in the same order
   */
  static Map<String, Double> metrics(String kind, Embeddings images, Embeddings texts) {
    if (images.size() != texts.size() || images.size() == 0) {
      throw new InvalidInputException(
          "retrieval needs as many pictures as captions, and one of each, not %s and %s"
              .formatted(images.size(), texts.size()));
    }
    int width = images.width();
    if (width != texts.width()) {
      throw new InvalidInputException(
          "embeddings of widths %s and %s cannot be compared; use those of one model"
              .formatted(width, texts.width()));
    }
    float[] pictures = images.normalised().toArray();
    float[] captions = texts.normalised().toArray();
    Map<String, Double> metrics = new LinkedHashMap<>();
    describe(metrics, kind + "_to_text", ranks(pictures, captions, width));
    describe(metrics, "text_to_" + kind, ranks(captions, pictures, width));
    return metrics;
  }

  /**
   * Returns recall at 1, 5 and 10 where images have several captions, as CLIP_benchmark measures
   * and names it: how often an image has one of its captions among the first of all captions
   * ({@code text_retrieval_recall@1}), and a caption its image among the first of all images
   * ({@code image_retrieval_recall@1}). Of equal cosines, the earlier row comes first.
   *
   * @param images one row for each image
   * @param texts one row for each caption
   * @param owners for each caption the row of its image
   */
  public static Map<String, Double> grouped(
      Embeddings images, Embeddings texts, List<Integer> owners) {
    if (owners.size() != texts.size() || images.size() == 0 || images.width() != texts.width()) {
      throw new InvalidInputException(
          "retrieval needs a picture for each of %s captions, and embeddings of one model, not %s owners and widths %s and %s"
              .formatted(texts.size(), owners.size(), images.width(), texts.width()));
    }
    float[] pictures = images.normalised().toArray();
    float[] captions = texts.normalised().toArray();
    int[][] ofPictures = new int[images.size()][];
    int[][] ofCaptions = new int[texts.size()][];
    List<List<Integer>> byPicture = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      byPicture.add(new ArrayList<>());
    }
    for (int i = 0; i < owners.size(); i++) {
      ofCaptions[i] = new int[] {owners.get(i)};
      byPicture.get(owners.get(i)).add(i);
    }
    for (int i = 0; i < images.size(); i++) {
      ofPictures[i] = byPicture.get(i).stream().mapToInt(Integer::intValue).toArray();
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    recall(
        metrics, "image_retrieval_recall", ranks(captions, pictures, ofCaptions, images.width()));
    recall(metrics, "text_retrieval_recall", ranks(pictures, captions, ofPictures, images.width()));
    return metrics;
  }

  private static int[] ranks(float[] queries, float[] answers, int width) {
    int[][] own = new int[queries.length / width][];
    Arrays.setAll(own, i -> new int[] {i});
    return ranks(queries, answers, own, width);
  }

  /**
   * Returns for each query how many answers come before the first of its own.
   *
   * @param own the rows of the answers of each query, rising; at least one
   */
  private static int[] ranks(float[] queries, float[] answers, int[][] own, int width) {
    int size = queries.length / width;
    int[] ranks = new int[size];
    IntStream.range(0, (size + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              rank(queries, answers, own, width, from, Math.min(size, from + CHUNK), ranks);
            });
    return ranks;
  }

  private static void rank(
      float[] queries, float[] answers, int[][] own, int width, int from, int to, int[] ranks) {
    int count = to - from;
    float[][] columns = new float[width][count];
    for (int q = 0; q < count; q++) {
      for (int k = 0; k < width; k++) {
        columns[k][q] = queries[(from + q) * width + k];
      }
    }
    float[] best = new float[count];
    int[] first = new int[count];
    float[] cosines = new float[count];
    for (int q = 0; q < count; q++) {
      best[q] = Float.NEGATIVE_INFINITY;
      first[q] = own[from + q][0];
      for (int answer : own[from + q]) {
        compare(columns, answers, answer, cosines);
        if (cosines[q] > best[q]) {
          best[q] = cosines[q];
          first[q] = answer;
        }
      }
    }
    int size = answers.length / width;
    for (int answer = 0; answer < size; answer++) {
      compare(columns, answers, answer, cosines);
      for (int q = 0; q < count; q++) {
        boolean before = answer < first[q] ? cosines[q] >= best[q] : cosines[q] > best[q];
        ranks[from + q] += before ? 1 : 0;
      }
    }
  }

  /** Fills in one answer's cosine with each query. */
  private static void compare(float[][] columns, float[] answers, int answer, float[] cosines) {
    Arrays.fill(cosines, 0);
    for (int k = 0; k < columns.length; k++) {
      float factor = answers[answer * columns.length + k];
      float[] column = columns[k];
      for (int q = 0; q < cosines.length; q++) {
        cosines[q] += factor * column[q];
      }
    }
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
    recall(metrics, name + "_R", ranks);
  }

  private static void recall(Map<String, Double> metrics, String name, int[] ranks) {
    for (int k : new int[] {1, 5, 10}) {
      long found = Arrays.stream(ranks).filter(r -> r < k).count();
      metrics.put(name + "@" + k, (double) found / ranks.length);
    }
  }
}
