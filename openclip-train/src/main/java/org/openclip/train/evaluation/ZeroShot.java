package org.openclip.train.evaluation;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;

/** How often a picture's class is among those whose names are nearest to it. */
public final class ZeroShot {
  /** Pictures that are embedded between two reports of progress. */
  private static final int CHUNK = 256;

  private ZeroShot() {}

  /**
   * Returns the accuracy of the first guess and of the first five, and the mean over classes of the
   * first guess's recall.
   *
   * @param classes one row for each class, as {@code ZeroShotClassifier} makes them
   * @param files the pictures
   * @param labels for each picture the row of its class
   * @param progress is told how many pictures were judged, chunk by chunk
   */
  public static Map<String, Double> metrics(
      ClipModel model,
      Embeddings classes,
      List<Path> files,
      List<Integer> labels,
      LongConsumer progress) {
    if (files.isEmpty() || files.size() != labels.size()) {
      throw new InvalidInputException(
          "%d pictures with %d labels cannot be judged".formatted(files.size(), labels.size()));
    }
    long[] seen = new long[classes.size()];
    long[] right = new long[classes.size()];
    long top1 = 0;
    long top5 = 0;
    for (int from = 0; from < files.size(); from += CHUNK) {
      int to = Math.min(files.size(), from + CHUNK);
      float[][] cosines = model.encodeImages(files.subList(from, to)).cosine(classes);
      for (int i = 0; i < cosines.length; i++) {
        int label = labels.get(from + i);
        int rank = rank(cosines[i], label);
        seen[label]++;
        top5 += rank < 5 ? 1 : 0;
        if (rank == 0) {
          top1++;
          right[label]++;
        }
      }
      progress.accept(to - from);
    }
    double recall = 0;
    int present = 0;
    for (int c = 0; c < seen.length; c++) {
      if (seen[c] > 0) {
        recall += (double) right[c] / seen[c];
        present++;
      }
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("top1", (double) top1 / files.size());
    metrics.put("top5", (double) top5 / files.size());
    metrics.put("mean_per_class_recall", recall / present);
    metrics.put("pictures", (double) files.size());
    return metrics;
  }

  /** Returns how many classes are at least as near as the right one. */
  private static int rank(float[] cosines, int label) {
    int before = 0;
    for (int c = 0; c < cosines.length; c++) {
      if (c != label && cosines[c] >= cosines[label]) {
        before++;
      }
    }
    return before;
  }
}
