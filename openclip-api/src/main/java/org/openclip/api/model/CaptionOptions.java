package org.openclip.api.model;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * The options of caption generation.
 *
 * @param search the search: beam search or sampling
 * @param maxLength the largest number of tokens of a caption, including start and end, at least 2
 * @param minLength the smallest number of tokens of a caption; below {@code maxLength}
 * @param repetitionPenalty the divisor for positive logits, and the factor for negative logits, of
 *     tokens that are already in the caption (Keskar et al. 2019, CTRL, arXiv 1909.05858); 1 for
 *     none
 * @param padded whether rows of token ids are always padded to {@code maxLength}
 * @param ids the start, end and padding ids; null for those of the model's tokenizer
 */
public record CaptionOptions(
    Search search,
    int maxLength,
    int minLength,
    double repetitionPenalty,
    boolean padded,
    @Nullable SpecialIds ids) {
  /** The reference's defaults: six beams in three groups, 5 to 30 tokens. */
  public static final CaptionOptions DEFAULT =
      new CaptionOptions(new Beams(6, 3), 30, 5, 1, false, null);

  /** Checks the ranges. */
  // In full, because javac drops the null annotations of a compact constructor.
  public CaptionOptions(
      Search search,
      int maxLength,
      int minLength,
      double repetitionPenalty,
      boolean padded,
      @Nullable SpecialIds ids) {
    if (maxLength < 2) {
      throw new InvalidInputException(
          "the maximum caption length is " + maxLength + " tokens, but must be at least 2");
    }
    if (minLength < 0 || minLength >= maxLength) {
      throw new InvalidInputException(
          "the minimum caption length is %s tokens, but must be from 0 to %s"
              .formatted(minLength, maxLength - 1));
    }
    if (!(repetitionPenalty > 0)) {
      throw new InvalidInputException(
          "the repetition penalty is " + repetitionPenalty + ", but must be positive");
    }
    this.search = search;
    this.maxLength = maxLength;
    this.minLength = minLength;
    this.repetitionPenalty = repetitionPenalty;
    this.padded = padded;
    this.ids = ids;
  }

  /** Returns the same options with another search. */
  public CaptionOptions withSearch(Search other) {
    return new CaptionOptions(other, maxLength, minLength, repetitionPenalty, padded, ids);
  }

  /** Returns the same options with other limits of the length, in tokens. */
  public CaptionOptions withLength(int shortest, int longest) {
    return new CaptionOptions(search, longest, shortest, repetitionPenalty, padded, ids);
  }

  /** Returns the same options with another repetition penalty. */
  public CaptionOptions withRepetitionPenalty(double penalty) {
    return new CaptionOptions(search, maxLength, minLength, penalty, padded, ids);
  }

  /** Returns the same options with rows padded to the full length, or to the longest caption. */
  public CaptionOptions withPadding(boolean full) {
    return new CaptionOptions(search, maxLength, minLength, repetitionPenalty, full, ids);
  }

  /** Returns the same options with other start, end and padding ids. */
  public CaptionOptions withIds(SpecialIds other) {
    return new CaptionOptions(search, maxLength, minLength, repetitionPenalty, padded, other);
  }

  /**
   * The special token ids of a caption.
   *
   * @param start the start token
   * @param end the end token
   * @param pad the padding token
   */
  public record SpecialIds(long start, long end, long pad) {}

  /** The search for captions: beam search or sampling. */
  public sealed interface Search {}

  /** Sampling: the next token is drawn at random. */
  public sealed interface Chance extends Search {
    /**
     * Returns the temperature, by which logits are divided; positive, higher values give more
     * variety.
     */
    double temperature();

    /** Returns the seed; the same seed gives the same captions. */
    long seed();
  }

  /**
   * Beam search: the best few partial captions are extended together.
   *
   * @param count the number of beams of all groups, at least 1
   * @param groups the number of beam groups; a divisor of the count. There is no diversity penalty,
   *     so all groups find the same captions
   */
  public record Beams(int count, int groups) implements Search {
    /** Checks that the groups are equal. */
    public Beams {
      if (count < 1 || groups < 1 || count % groups != 0) {
        throw new InvalidInputException(
            count + " beams do not divide into " + groups + " groups; each must have at least 1");
      }
    }
  }

  /**
   * Top-k sampling: draws among the most probable tokens (Fan et al. 2018, arXiv 1805.04833). A
   * count of 1 is greedy.
   *
   * @param count the number of tokens to draw from, at least 1
   * @param temperature the divisor of the logits, positive; higher values give more variety
   * @param seed the seed; the same seed gives the same captions
   */
  public record TopK(int count, double temperature, long seed) implements Chance {
    /** Checks the ranges. */
    public TopK {
      if (count < 1) {
        throw new InvalidInputException("top k is " + count + ", but must be at least 1");
      }
      checkTemperature(temperature);
    }
  }

  /**
   * Top-p (nucleus) sampling: draws among the fewest tokens whose total probability is large enough
   * (Holtzman et al. 2019, arXiv 1904.09751).
   *
   * @param probability the total probability, above 0 up to 1
   * @param temperature the divisor of the logits, positive; higher values give more variety
   * @param seed the seed; the same seed gives the same captions
   */
  public record TopP(double probability, double temperature, long seed) implements Chance {
    /** Checks the ranges. */
    public TopP {
      if (!(probability > 0 && probability <= 1)) {
        throw new InvalidInputException(
            "top p is " + probability + ", but must be above 0 and at most 1");
      }
      checkTemperature(temperature);
    }
  }

  private static void checkTemperature(double temperature) {
    if (!(temperature > 0)) {
      throw new InvalidInputException(
          "the temperature is " + temperature + ", but must be positive");
    }
  }
}
