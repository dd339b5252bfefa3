package org.openclip.train.naflex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.BatchSchedule;
import org.openclip.train.data.BatchShape;
import org.openclip.train.data.Order;

/**
 * The batches of NaFlex training. They are drawn once from the seed, until the samples or the
 * tokens of an epoch are used up, and each epoch has them in another order. All processes draw the
 * same batches, so each step has the same batch size everywhere.
 */
public final class NaFlexSchedule implements BatchSchedule {
  private static final long LENGTHS = 41;
  private static final long PERMUTATION = 43;
  private static final long PATCHES = 47;

  private final long seed;
  private final List<BatchShape> drawn;
  private final @Nullable PatchSizes sizes;
  private volatile Epoch last;

  /** The batches of an epoch, in order. */
  private record Epoch(int number, List<BatchShape> shapes) {}

  private NaFlexSchedule(long seed, List<BatchShape> drawn, @Nullable PatchSizes sizes) {
    this.seed = seed;
    this.drawn = List.copyOf(drawn);
    this.sizes = sizes;
    this.last = epoch(0);
  }

  /**
   * Draws the batches of an epoch of so many samples.
   *
   * @param samples of one process, at least 1; the last batch is as large as what is left
   */
  public static NaFlexSchedule ofSamples(TokenBudget budget, long samples, long seed) {
    check("samples", samples);
    Drawing drawing = new Drawing(budget, seed);
    for (long left = samples; left > 0; ) {
      int length = drawing.length();
      left -= drawing.add(length, (int) Math.min(left, budget.size(length, budget.tokens())));
    }
    return new NaFlexSchedule(seed, drawing.shapes, null);
  }

  /**
   * Draws the batches of an epoch of so many tokens.
   *
   * @param tokens of one process, at least 1; the last batch has one image if fewer tokens than
   *     those of an image are left
   */
  public static NaFlexSchedule ofTokens(TokenBudget budget, long tokens, long seed) {
    check("tokens", tokens);
    Drawing drawing = new Drawing(budget, seed);
    for (long left = tokens; left > 0; ) {
      int length = drawing.length();
      left -= (long) length * drawing.add(length, budget.size(length, left));
    }
    return new NaFlexSchedule(seed, drawing.shapes, null);
  }

  /** Returns the same batches, for each of which a patch size is drawn anew in each epoch. */
  public NaFlexSchedule with(PatchSizes patchSizes) {
    return new NaFlexSchedule(seed, drawn, patchSizes);
  }

  private static void check(String what, long number) {
    if (number < 1) {
      throw new InvalidInputException(
          "an epoch of %s %s is empty; it must have at least 1".formatted(number, what));
    }
  }

  /** The batches in the making; equal ones are one object. */
  private static final class Drawing {
    private final TokenBudget budget;
    private final SplittableRandom random;
    private final List<BatchShape> shapes = new ArrayList<>();
    private final Map<BatchShape, BatchShape> known = new HashMap<>();

    Drawing(TokenBudget budget, long seed) {
      this.budget = budget;
      this.random = new Order(seed, 0, 0, 1).shared(LENGTHS);
    }

    int length() {
      return budget.draw(random);
    }

    int add(int length, int size) {
      BatchShape shape = new BatchShape(size, length);
      shapes.add(known.computeIfAbsent(shape, s -> s));
      return size;
    }
  }

  private Epoch epoch(int number) {
    SplittableRandom random = new Order(seed, number, 0, 1).shared(PERMUTATION);
    List<BatchShape> shapes = new ArrayList<>(drawn);
    for (int i = shapes.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      BatchShape shape = shapes.get(i);
      shapes.set(i, shapes.get(j));
      shapes.set(j, shape);
    }
    PatchSizes several = sizes;
    if (several != null) {
      SplittableRandom side = new Order(seed, number, 0, 1).shared(PATCHES);
      shapes.replaceAll(s -> new BatchShape(s.size(), s.patches(), several.draw(side)));
    }
    return new Epoch(number, List.copyOf(shapes));
  }

  @Override
  public BatchShape at(int epoch, long number) {
    Epoch known = last;
    if (known.number != epoch) {
      known = epoch(epoch);
      last = known;
    }
    // What is asked beyond the end, such as batches that fill up a round of workers, begins again.
    return known.shapes.get((int) (number % known.shapes.size()));
  }

  /**
   * Returns the number of batches of an epoch: as in the reference, rounded up to the same number
   * for each worker.
   *
   * @param workers the number of threads that load data
   */
  public long batches(int workers) {
    int each = Math.max(1, workers);
    return ((long) drawn.size() + each - 1) / each * each;
  }

  /** Returns the number of samples of an epoch in one process. */
  public long samples() {
    return drawn.stream().mapToLong(BatchShape::size).sum();
  }

  @Override
  public int largest() {
    return drawn.stream().mapToInt(BatchShape::size).max().orElse(1);
  }

  /** Returns the size of the smallest batch. */
  public int smallest() {
    return drawn.stream().mapToInt(BatchShape::size).min().orElse(1);
  }

  @Override
  public String remedy() {
    return "Use a smaller --naflex-max-tokens-per-batch";
  }
}
