package org.openclip.hub.caption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens that may be chosen, compared with the definition over a sorted vocabulary. */
class CandidatesTest {
  private static float[] logits(int count, int seed) {
    Random random = new Random(seed);
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      // Steps of a quarter, so that many are equal, zeros of both signs, and some forbidden ones.
      logits[i] = Math.round(random.nextGaussian() * 8) / 4f;
      if (random.nextInt(20) == 0) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
    return logits;
  }

  private static List<Integer> order(float[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -logits[i]))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000, 5_000})
  void theMostProbableAndTheirEqualsStay(int count) {
    for (int size : new int[] {1, 2, 5, 1_000, 5_000}) {
      float[] logits = logits(size, 31 * size + count);
      float least = logits[order(logits).get(Math.min(count, size) - 1)];
      float[] expected = logits.clone();
      for (int i = 0; i < size; i++) {
        expected[i] = logits[i] < least ? Float.NEGATIVE_INFINITY : logits[i];
      }

      Candidates.keepMostProbable(logits, count);

      assertThat(logits).as("%d of %d", count, size).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.1, 0.5, 0.9, 0.999, 0.999999, 1})
  void theFewestThatAreProbableEnoughStay(double probability) {
    for (int size : new int[] {1, 2, 5, 1_000, 5_000}) {
      float[] logits = logits(size, 17 * size);
      logits[size / 2] = 1;
      List<Integer> order = order(logits);
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - logits[order.getFirst()]);
      }
      float[] expected = new float[size];
      Arrays.fill(expected, Float.NEGATIVE_INFINITY);
      double reached = 0;
      for (int i : order) {
        if (reached < probability) {
          expected[i] = logits[i];
        }
        reached += Math.exp(logits[i] - logits[order.getFirst()]) / sum;
      }

      Candidates.keepProbableEnough(logits, probability);

      assertThat(logits).as("%s of %d", probability, size).containsExactly(expected);
    }
  }
}
