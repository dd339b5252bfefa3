package org.openclip.train.naflex;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;

/**
 * How batches of images of any shape are sized: a number of patches is drawn for each batch, and
 * the batch has as many images as the number of tokens allows.
 *
 * @param lengths the numbers of patches to draw from, each at least 1, in ascending order
 * @param weights how often each of them is drawn; they add up to 1
 * @param tokens the largest number of tokens, which are patches and padding, of a batch
 * @param divisor the batch size is a multiple of it where the tokens allow
 * @param text how many tokens of text each image brings; 0 where texts are not counted
 */
public record TokenBudget(
    List<Integer> lengths, List<Double> weights, int tokens, int divisor, int text) {
  /** Creates a budget of images alone. */
  public TokenBudget(List<Integer> lengths, List<Double> weights, int tokens, int divisor) {
    this(lengths, weights, tokens, divisor, 0);
  }

  /** Copies the lists, and checks that one image of each length fits. */
  public TokenBudget {
    lengths = List.copyOf(lengths);
    weights = List.copyOf(weights);
    if (lengths.isEmpty() || lengths.get(0) < 1 || divisor < 1) {
      throw new InvalidInputException(
          "lengths %s and divisor %s are invalid; each must be at least 1"
              .formatted(lengths, divisor));
    }
    int longest = lengths.get(lengths.size() - 1);
    if (tokens < longest) {
      throw new InvalidInputException(
          "a batch of %s tokens is smaller than one image of %s patches"
              .formatted(tokens, longest));
    }
    if (tokens - longest < text) {
      throw new InvalidInputException(
          "a batch of %s tokens is smaller than one image of %s patches with a text of %s tokens"
              .formatted(tokens, longest, text));
    }
  }

  /** Returns the same budget, of which texts of so many tokens use their part. */
  public TokenBudget withText(int most) {
    return new TokenBudget(lengths, weights, tokens, divisor, most);
  }

  /**
   * Creates a budget of lengths in any order. Of equal lengths, the last one counts.
   *
   * @param lengths the numbers of patches to draw from
   * @param weights of them, in the same order; empty for equal weights
   * @param tokens the largest number of tokens of a batch
   * @param divisor the batch size is a multiple of it where the tokens allow
   * @throws InvalidInputException when weights and lengths do not fit
   */
  public static TokenBudget of(
      List<Integer> lengths, List<Double> weights, int tokens, int divisor) {
    Weighted given = Weighted.of(lengths, weights);
    TreeMap<Integer, Double> sorted = new TreeMap<>();
    for (int i = 0; i < lengths.size(); i++) {
      sorted.put(given.values().get(i), given.weights().get(i));
    }
    Weighted once = Weighted.of(List.copyOf(sorted.keySet()), List.copyOf(sorted.values()));
    return new TokenBudget(once.values(), once.weights(), tokens, divisor);
  }

  /** Returns the largest length. */
  public int longest() {
    return lengths.get(lengths.size() - 1);
  }

  /** Draws a length. */
  int draw(SplittableRandom random) {
    return new Weighted(lengths, weights).draw(random);
  }

  /**
   * Returns how many images of a length some tokens allow: a multiple of the divisor, or one image
   * if they allow fewer than that.
   *
   * @param available at most as many as the budget has
   */
  int size(int length, long available) {
    long images = Math.min(tokens, available) / (length + text);
    return (int) Math.max(1, images / divisor * divisor);
  }
}
