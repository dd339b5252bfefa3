package org.openclip.api.search;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;

/**
 * An open index of pictures that is searched by vectors. Safe for many threads at once; close it
 * after its last use.
 */
public interface PictureSearch extends AutoCloseable {
  /** Returns the fingerprint of the model of its vectors. */
  String fingerprint();

  /** Returns the name of the model of its vectors. */
  String model();

  /** Returns how many pictures can be searched. */
  long size();

  /** Returns how many pictures cannot be searched because their part of the index is damaged. */
  default long lost() {
    return 0;
  }

  /** Makes visible what was written since it was opened. */
  default void refresh() {}

  /**
   * Returns the pictures that are nearest to a vector, best first.
   *
   * @param vector {@code float[embedDim]} of any length but 0
   * @param top how many at most
   * @param filters conditions that a picture must all fulfil, such as {@code tag=cat}, as the index
   *     reads them
   * @throws InvalidInputException when the vector has another width, or a filter cannot be read
   */
  List<Found> search(float[] vector, int top, List<String> filters);

  /**
   * Returns the vector of a picture that it holds, for searches for more like it; empty when it
   * does not hold the picture, or tells no vectors.
   *
   * @param path the picture's path as {@link Found} has it
   */
  default Optional<float[]> vector(String path) {
    return Optional.empty();
  }

  @Override
  void close();

  /**
   * A picture that was found.
   *
   * @param path where it lies
   * @param cosine its cosine with the vector, from -1 to 1
   * @param caption words about it; empty for none
   * @param tags short names of kinds that it is one of
   * @param fields further facts: strings, numbers and booleans by their names
   */
  record Found(
      String path, float cosine, String caption, List<String> tags, Map<String, Object> fields) {
    /** Copies list and map; the map is sorted by name. */
    public Found {
      tags = List.copyOf(tags);
      fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }
  }
}
