package org.openclip.search;

import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.search.storage.Vectors;

/**
 * A vector to search for, mixed from several: each is scaled to length 1, weighted, and added. What
 * the result shall not be like has a negative weight.
 */
public final class MixedQuery {
  private MixedQuery() {}

  /**
   * A part of a query.
   *
   * @param vector {@code float[dimensions]} of any length but 0
   * @param weight how much it counts; negative for what is not wanted
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares parts
  public record Part(float[] vector, double weight) {
    /** Checks the weight. */
    public Part {
      if (!Double.isFinite(weight) || weight == 0) {
        throw new InvalidInputException(
            "the weight of a part of a query is " + weight + ", but must be finite and not 0");
      }
    }
  }

  /**
   * Returns the mixture, of length 1.
   *
   * @throws InvalidInputException when there is no part, their widths differ, or they cancel out
   */
  public static float[] of(List<Part> parts) {
    if (parts.isEmpty()) {
      throw new InvalidInputException("a query needs words or a picture");
    }
    double[] sum = new double[parts.get(0).vector().length];
    for (Part part : parts) {
      float[] unit = Vectors.unit(part.vector());
      if (unit.length != sum.length) {
        throw new InvalidInputException(
            "vectors of %s and %s numbers cannot be combined".formatted(sum.length, unit.length));
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part.weight() * unit[i];
      }
    }
    double square = 0;
    float[] mixed = new float[sum.length];
    for (int i = 0; i < sum.length; i++) {
      square += sum[i] * sum[i];
      mixed[i] = (float) sum[i];
    }
    if (square < 1e-12) {
      throw new InvalidInputException(
          "the parts of the query cancel each other out; change their weights");
    }
    return Vectors.unit(mixed);
  }
}
