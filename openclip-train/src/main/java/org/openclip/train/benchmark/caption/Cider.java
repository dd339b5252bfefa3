package org.openclip.train.benchmark.caption;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D (Vedantam et al. 2015, arXiv 1411.5726): the cosine of n-gram counts that are weighted by
 * how few pictures' references have the n-gram; each count is clipped to the reference's, and a
 * caption of another length than the reference is worth less.
 */
final class Cider {
  private static final double SIGMA = 6;
  private static final double SCALE = 10;

  /** The logarithm of the number of pictures. */
  private final double pictures;

  private final Map<List<String>, Integer> frequency = new HashMap<>();

  private Cider(List<CaptionPair> pairs) {
    pictures = Math.log(pairs.size());
    for (CaptionPair pair : pairs) {
      Set<List<String>> seen = new HashSet<>();
      pair.references().forEach(reference -> seen.addAll(NGrams.of(reference).counts().keySet()));
      seen.forEach(words -> frequency.merge(words, 1, Integer::sum));
    }
  }

  /** Returns the mean over all captions. */
  static double of(List<CaptionPair> pairs) {
    Cider cider = new Cider(pairs);
    return pairs.stream().mapToDouble(cider::score).sum() / pairs.size();
  }

  /**
   * The weighted counts of a caption.
   *
   * @param length the number of its pairs of words, which pycocoevalcap takes for its length
   * @param weights of the n-grams
   * @param norms for each length of n-grams, the square root of the sum of squares
   */
  @SuppressWarnings("ArrayRecordComponent") // only read
  private record Vector(int length, Map<List<String>, Double> weights, double[] norms) {}

  private Vector vector(String caption) {
    NGrams grams = NGrams.of(caption);
    Map<List<String>, Double> weights = new HashMap<>();
    double[] norms = new double[NGrams.LONGEST];
    int[] length = new int[1];
    grams
        .counts()
        .forEach(
            (words, count) -> {
              double rarity = pictures - Math.log(Math.max(1, frequency.getOrDefault(words, 0)));
              double weight = count * rarity;
              weights.put(words, weight);
              norms[words.size() - 1] += weight * weight;
              length[0] += words.size() == 2 ? count : 0;
            });
    for (int n = 0; n < norms.length; n++) {
      norms[n] = Math.sqrt(norms[n]);
    }
    return new Vector(length[0], weights, norms);
  }

  private double score(CaptionPair pair) {
    Vector own = vector(pair.written());
    double sum = 0;
    for (String reference : pair.references()) {
      sum += similarity(own, vector(reference));
    }
    return SCALE * sum / pair.references().size();
  }

  private static double similarity(Vector own, Vector theirs) {
    double[] products = new double[NGrams.LONGEST];
    own.weights()
        .forEach(
            (words, weight) -> {
              double other = theirs.weights().getOrDefault(words, 0.0);
              products[words.size() - 1] += Math.min(weight, other) * other;
            });
    double difference = own.length() - theirs.length();
    double penalty = Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
    double sum = 0;
    for (int n = 0; n < products.length; n++) {
      double norm = own.norms()[n] * theirs.norms()[n];
      sum += (norm == 0 ? products[n] : products[n] / norm) * penalty;
    }
    return sum / products.length;
  }
}
