package org.openclip.search;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.Quantization;

/** Vectors around centres, and facts of indexes of them, without a model. */
final class RandomVectors {
  private final Random random;
  private final float[][] centres;

  RandomVectors(long seed, int dimensions, int centres) {
    random = new Random(seed);
    this.centres = new float[centres][];
    for (int i = 0; i < centres; i++) {
      this.centres[i] = noise(dimensions, 1);
    }
  }

  private float[] noise(int dimensions, double scale) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (scale * random.nextGaussian());
    }
    return vector;
  }

  /** Returns a vector near one of the centres. */
  float[] next() {
    float[] centre = centres[random.nextInt(centres.length)];
    float[] vector = noise(centre.length, 0.6);
    for (int i = 0; i < vector.length; i++) {
      vector[i] += centre[i];
    }
    return vector;
  }

  static IndexFacts facts(int dimensions, Quantization quantization) {
    return new IndexFacts("oc1-test", "none", dimensions, quantization, List.of(), Map.of());
  }
}
