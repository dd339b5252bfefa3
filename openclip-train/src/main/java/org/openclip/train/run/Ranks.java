package org.openclip.train.run;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.Trainer;

/**
 * The processes of a distributed training, as the training loop uses them. All call it in the same
 * order.
 */
public final class Ranks {
  private final int rank;
  private final int size;
  private final Trainer trainer;
  private final LongConsumer steps;

  /**
   * Joins a run to others.
   *
   * @param rank which process this is, from 0
   * @param size how many there are
   * @param trainer that reaches the others
   * @param steps is told the number of every step that begins
   */
  public Ranks(int rank, int size, Trainer trainer, LongConsumer steps) {
    this.rank = rank;
    this.size = size;
    this.trainer = trainer;
    this.steps = steps;
  }

  /** Returns a process that trains alone. */
  public static Ranks alone(Trainer trainer) {
    return new Ranks(0, 1, trainer, step -> {});
  }

  /** Returns which process this is. */
  public int rank() {
    return rank;
  }

  /** Returns how many there are. */
  public int size() {
    return size;
  }

  /** Returns whether this process writes what is kept, as the first does. */
  public boolean writes() {
    return rank == 0;
  }

  /** Says that a step begins. */
  void begins(long step) {
    steps.accept(step);
  }

  /** Returns a row of numbers of each process. */
  public long[][] all(long... own) {
    if (size == 1) {
      return new long[][] {own};
    }
    long[] joined = trainer.gather(Tensor.of(own, 1, own.length)).toLongs();
    long[][] rows = new long[size][];
    for (int r = 0; r < size; r++) {
      rows[r] = Arrays.copyOfRange(joined, r * own.length, (r + 1) * own.length);
    }
    return rows;
  }

  /** Returns for each flag whether some process has it. */
  boolean[] any(boolean... own) {
    long[] numbers = new long[own.length];
    for (int i = 0; i < own.length; i++) {
      numbers[i] = own[i] ? 1 : 0;
    }
    boolean[] any = new boolean[own.length];
    for (long[] row : all(numbers)) {
      for (int i = 0; i < row.length; i++) {
        any[i] |= row[i] != 0;
      }
    }
    return any;
  }

  /**
   * Returns the rows of all processes in the order of samples, of which each process has every
   * so-many-th.
   */
  Embeddings gather(Embeddings own) {
    if (size == 1) {
      return own;
    }
    long[][] counts = all(own.size());
    float[] joined = trainer.gather(Tensor.of(own.toArray(), own.size(), own.width())).toFloats();
    int width = own.width();
    int[] first = new int[size];
    int rows = 0;
    for (int r = 0; r < size; r++) {
      first[r] = rows;
      rows += (int) counts[r][0];
    }
    float[] ordered = new float[rows * width];
    int at = 0;
    for (int i = 0; at < rows; i++) {
      for (int r = 0; r < size; r++) {
        if (i < counts[r][0]) {
          System.arraycopy(joined, (first[r] + i) * width, ordered, at++ * width, width);
        }
      }
    }
    return Embeddings.of(width, ordered);
  }
}
