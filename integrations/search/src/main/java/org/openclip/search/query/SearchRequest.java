package org.openclip.search.query;

import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * What is looked for in an index.
 *
 * @param vector {@code float[dimensions]} of any length but 0
 * @param top how many pictures at most, from 1 to {@link #MOST}
 * @param filters those that a picture must pass, all of them
 * @param exact whether every picture is compared, however many there are
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares requests
public record SearchRequest(float[] vector, int top, List<Filter> filters, boolean exact) {
  /** The most pictures that one search finds. */
  public static final int MOST = 10_000;

  /** Checks the numbers and copies the list. */
  public SearchRequest {
    if (top < 1 || top > MOST) {
      throw new InvalidInputException(
          "the number of results is %s, but must be from 1 to %s".formatted(top, MOST));
    }
    double square = 0;
    for (float number : vector) {
      square += (double) number * number;
    }
    if (!(square > 0) || Double.isInfinite(square)) {
      throw new InvalidInputException(
          "a vector to search for must have finite numbers that are not all 0");
    }
    filters = List.copyOf(filters);
  }

  /** Returns a search among all pictures. */
  public static SearchRequest of(float[] vector, int top) {
    return new SearchRequest(vector, top, List.of(), false);
  }

  /** Returns this with filters. */
  public SearchRequest with(List<Filter> all) {
    return new SearchRequest(vector, top, all, exact);
  }

  /** Returns this with every picture compared. */
  public SearchRequest exactly() {
    return new SearchRequest(vector, top, filters, true);
  }
}
