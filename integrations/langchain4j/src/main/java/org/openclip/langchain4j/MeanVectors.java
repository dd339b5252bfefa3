package org.openclip.langchain4j;

import java.util.List;
import java.util.stream.IntStream;
import org.openclip.api.model.Embeddings;

/** The means of unit vectors, scaled to length 1 again; the mean of one vector is itself. */
final class MeanVectors {
  private final int width;
  private final float[][] sums;
  private final int[] counts;

  MeanVectors(int size, int width) {
    this.width = width;
    this.sums = new float[size][width];
    this.counts = new int[size];
  }

  void add(int index, float[] unitVector) {
    counts[index]++;
    for (int i = 0; i < width; i++) {
      sums[index][i] += unitVector[i];
    }
  }

  List<float[]> rows() {
    return IntStream.range(0, sums.length)
        .mapToObj(i -> counts[i] == 1 ? sums[i] : Embeddings.of(width, sums[i]).normalised().row(0))
        .toList();
  }
}
