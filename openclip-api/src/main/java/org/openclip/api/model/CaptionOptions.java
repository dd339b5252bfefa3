package org.openclip.api.model;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * How captions are searched for.
 *
 * @param search how the next token is chosen
 * @param maxLength the number of tokens of a caption, start and end included, at least 2
 * @param minLength a caption does not end before it has this many tokens; below {@code maxLength}
 * @param repetitionPenalty by what the logits of tokens that a caption already has are divided, or
 *     multiplied where they are negative (Keskar et al. 2019, CTRL, arXiv 1909.05858); 1 for none
 * @param padded whether rows of ids always have {@code maxLength}
 * @param ids the ids around captions; null for those of the model's tokenizer
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
          "the longest caption has " + maxLength + " tokens, but must have at least 2");
    }
    if (minLength < 0 || minLength >= maxLength) {
      throw new InvalidInputException(
          "the shortest caption has %s tokens, but must have from 0 to %s"
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

  /** Returns the same options with other bounds of the length, in tokens. */
  public CaptionOptions withLength(int shortest, int longest) {
    return new CaptionOptions(search, longest, shortest, repetitionPenalty, padded, ids);
  }

  /** Returns the same options with another penalty of repetitions. */
  public CaptionOptions withRepetitionPenalty(double penalty) {
    return new CaptionOptions(search, maxLength, minLength, penalty, padded, ids);
  }

  /** Returns the same options with rows of full length, or of the longest caption's. */
  public CaptionOptions withPadding(boolean full) {
    return new CaptionOptions(search, maxLength, minLength, repetitionPenalty, full, ids);
  }

  /** Returns the same options with other ids around captions. */
  public CaptionOptions withIds(SpecialIds other) {
    return new CaptionOptions(search, maxLength, minLength, repetitionPenalty, padded, other);
  }

  /**
   * The ids around a caption.
   *
   * @param start the first token
   * @param end the last token
   * @param pad what fills rows up
   */
  public record SpecialIds(long start, long end, long pad) {}

  /** A way to choose the next token. */
  public sealed interface Search {}

  /** A way that draws it. */
  public sealed interface Chance extends Search {
    /** Returns what logits are divided by, positive; higher is bolder. */
    double temperature();

    /** Returns the seed; the same one gives the same captions. */
    long seed();
  }

  /**
   * Beam search: the best few beginnings are carried on together.
   *
   * @param count the number of beginnings in all groups, at least 1
   * @param groups into how many groups of their own they are divided; divides the count. Nothing
   *     tells the groups apart, so all find the same
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
   * Chance, among the most probable tokens (Fan et al. 2018, arXiv 1805.04833); 1 for no chance.
   *
   * @param count how many, at least 1
   * @param temperature what logits are divided by, positive; higher is bolder
   * @param seed the same one gives the same captions
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
   * Chance, among the fewest tokens that together are probable enough (Holtzman et al. 2019, arXiv
   * 1904.09751).
   *
   * @param probability how probable, above 0 up to 1
   * @param temperature what logits are divided by, positive; higher is bolder
   * @param seed the same one gives the same captions
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
