package org.openclip.api.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.openclip.api.InvalidInputException;

/**
 * A batch of embeddings, one vector for each image or text, as {@code float32[size, width]}.
 * Immutable.
 */
public final class Embeddings {
  private final int size;
  private final int width;
  private final float[] values;

  private Embeddings(int size, int width, float[] values) {
    this.size = size;
    this.width = width;
    this.values = values;
  }

  /**
   * Creates embeddings from a copy of the values.
   *
   * @param width the width of a vector
   * @param values the vectors one after the other
   * @throws InvalidInputException when the number of values is not a multiple of the width
   */
  public static Embeddings of(int width, float[] values) {
    if (width < 1 || values.length % width != 0) {
      throw new InvalidInputException(
          values.length + " numbers do not divide into vectors of width " + width);
    }
    return new Embeddings(values.length / width, width, values.clone());
  }

  /** Concatenates the rows of several embeddings. */
  public static Embeddings concat(List<Embeddings> parts) {
    int width = parts.isEmpty() ? 1 : parts.get(0).width;
    int size = 0;
    for (Embeddings part : parts) {
      if (part.width != width) {
        throw new InvalidInputException(
            "embeddings of widths " + width + " and " + part.width + " cannot be combined");
      }
      size = Math.addExact(size, part.size);
    }
    float[] all = new float[Math.multiplyExact(size, width)];
    int at = 0;
    for (Embeddings part : parts) {
      System.arraycopy(part.values, 0, all, at, part.values.length);
      at += part.values.length;
    }
    return new Embeddings(size, width, all);
  }

  /** Returns the number of vectors. */
  public int size() {
    return size;
  }

  /** Returns the width of each vector. */
  public int width() {
    return width;
  }

  /**
   * Returns a copy of one vector.
   *
   * @throws InvalidInputException when there is no such row
   */
  public float[] row(int index) {
    if (index < 0 || index >= size) {
      throw new InvalidInputException("row " + index + " is not one of 0 to " + (size - 1));
    }
    return Arrays.copyOfRange(values, index * width, (index + 1) * width);
  }

  /** Returns a copy of all vectors, one after the other. */
  public float[] toArray() {
    return values.clone();
  }

  /** Returns the vectors scaled to Euclidean length 1. A vector of zeros is not changed. */
  public Embeddings normalised() {
    float[] scaled = new float[values.length];
    for (int i = 0; i < size; i++) {
      double length = Math.max(length(i), 1e-12);
      for (int j = i * width; j < (i + 1) * width; j++) {
        scaled[j] = (float) (values[j] / length);
      }
    }
    return new Embeddings(size, width, scaled);
  }

  private double length(int row) {
    double sum = 0;
    for (int j = row * width; j < (row + 1) * width; j++) {
      sum += (double) values[j] * values[j];
    }
    return Math.sqrt(sum);
  }

  /**
   * Returns the cosine similarity of every vector (row) with every vector of the others (column),
   * from -1 to 1.
   *
   * @throws InvalidInputException when the widths differ
   */
  public float[][] cosine(Embeddings others) {
    return logits(others, 1, 0);
  }

  /**
   * Returns {@code scale · cosine + bias} of every vector (row) with every vector of the others
   * (column).
   *
   * @throws InvalidInputException when the widths differ
   */
  public float[][] logits(Embeddings others, float scale, float bias) {
    if (width != others.width) {
      throw new InvalidInputException(
          "embeddings of widths %s and %s cannot be compared; use those of one model"
              .formatted(width, others.width));
    }
    double[] lengths = new double[others.size];
    Arrays.setAll(lengths, j -> Math.max(others.length(j), 1e-12));
    float[][] result = new float[size][others.size];
    for (int i = 0; i < size; i++) {
      double length = Math.max(length(i), 1e-12);
      for (int j = 0; j < others.size; j++) {
        double dot = dot(values, i * width, others.values, j * width, width);
        result[i][j] = (float) (scale * (dot / length / lengths[j]) + bias);
      }
    }
    return result;
  }

  private static double dot(float[] a, int atA, float[] b, int atB, int width) {
    // Four partial sums let the processor overlap the additions; float would lose digits.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= width; k += 4) {
      s0 += (double) a[atA + k] * b[atB + k];
      s1 += (double) a[atA + k + 1] * b[atB + k + 1];
      s2 += (double) a[atA + k + 2] * b[atB + k + 2];
      s3 += (double) a[atA + k + 3] * b[atB + k + 3];
    }
    for (; k < width; k++) {
      s0 += (double) a[atA + k] * b[atB + k];
    }
    return s0 + s1 + s2 + s3;
  }

  /**
   * A search result.
   *
   * @param index the row of the vector
   * @param cosine the cosine similarity with the query, from -1 to 1
   */
  public record Match(int index, float cosine) {}

  /**
   * Returns the vectors nearest to each query by cosine similarity, best first. Vectors of equal
   * similarity are in the order of their rows.
   *
   * @param queries embeddings of the same width
   * @param count the number of results for each query; fewer when there are fewer vectors
   */
  public List<List<Match>> topK(Embeddings queries, int count) {
    if (count < 1) {
      throw new InvalidInputException(
          "the number of matches is " + count + ", but must be positive");
    }
    Comparator<Match> worstFirst =
        Comparator.comparingDouble(Match::cosine)
            .thenComparing(Comparator.comparingInt(Match::index).reversed());
    List<List<Match>> result = new ArrayList<>();
    for (float[] row : queries.cosine(this)) {
      PriorityQueue<Match> best = new PriorityQueue<>(worstFirst);
      for (int j = 0; j < row.length; j++) {
        best.add(new Match(j, row[j]));
        if (best.size() > count) {
          best.remove();
        }
      }
      result.add(best.stream().sorted(worstFirst.reversed()).toList());
    }
    return result;
  }

  /** Returns size and width, such as {@code Embeddings[3 x 512]}; never the numbers. */
  @Override
  public String toString() {
    return "Embeddings[" + size + " x " + width + "]";
  }
}
