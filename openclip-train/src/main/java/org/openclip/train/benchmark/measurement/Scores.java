package org.openclip.train.benchmark.measurement;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.openclip.api.model.Embeddings;

/** Computes cosines of many rows with many others, without all of them in memory at a time. */
final class Scores {
  /** How many rows are computed together. */
  private static final int CHUNK = 64;

  /** Takes the cosines of one row; called by many threads. */
  interface Row {
    /**
     * Takes the cosines of a row.
     *
     * @param row of the queries
     * @param cosines with every answer
     */
    void take(int row, float[] cosines);
  }

  private Scores() {}

  /** Computes the cosines of every query with every answer. */
  static void each(Embeddings queries, Embeddings answers, Row taker) {
    int width = queries.width();
    float[] values = queries.toArray();
    IntStream.range(0, (queries.size() + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              int to = Math.min(queries.size(), from + CHUNK);
              float[][] cosines =
                  Embeddings.of(width, Arrays.copyOfRange(values, from * width, to * width))
                      .cosine(answers);
              for (int i = from; i < to; i++) {
                taker.take(i, cosines[i - from]);
              }
            });
  }
}
