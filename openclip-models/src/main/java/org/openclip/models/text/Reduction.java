package org.openclip.models.text;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Which tokens of a text that is too long are kept, in training (Li et al. 2023, CLIPA). */
enum Reduction {
  /** The first ones. */
  NONE {
    @Override
    int[] keep(int[] tokens, int count, RandomGenerator random) {
      return Arrays.copyOf(tokens, count);
    }
  },
  /** A run of them from a random start. */
  SIMPLE {
    @Override
    int[] keep(int[] tokens, int count, RandomGenerator random) {
      int start = random.nextInt(tokens.length - count + 1);
      return Arrays.copyOfRange(tokens, start, start + count);
    }
  },
  /** Random ones, in order. */
  RANDOM {
    @Override
    int[] keep(int[] tokens, int count, RandomGenerator random) {
      int[] places = Arrays.copyOf(permutation(tokens.length, random), count);
      Arrays.sort(places);
      return Arrays.stream(places).map(place -> tokens[place]).toArray();
    }
  },
  /** Random ones, in random order. */
  SHUFFLE {
    @Override
    int[] keep(int[] tokens, int count, RandomGenerator random) {
      int[] places = Arrays.copyOf(permutation(tokens.length, random), count);
      return Arrays.stream(places).map(place -> tokens[place]).toArray();
    }
  };

  /**
   * Returns some of the tokens.
   *
   * @param count how many, fewer than there are
   */
  abstract int[] keep(int[] tokens, int count, RandomGenerator random);

  private static int[] permutation(int size, RandomGenerator random) {
    int[] places = new int[size];
    Arrays.setAll(places, i -> i);
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int place = places[i];
      places[i] = places[other];
      places[other] = place;
    }
    return places;
  }
}
