package org.openclip.api.search;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidInputException;

/**
 * Pictures with vectors of one model, among which those nearest to another vector are found. Safe
 * for many threads at once; to be closed after its last use, and closing twice is harmless.
 */
public interface PictureSearch extends AutoCloseable {
  /** Returns the fingerprint of the model whose vectors it holds. */
  String fingerprint();

  /** Returns the name of that model, for messages. */
  String model();

  /** Returns how many pictures can be found. */
  long size();

  /** Makes what was written since it was opened visible. */
  void refresh();

  /**
   * Returns the pictures whose vectors are nearest to one, best first.
   *
   * @param vector {@code float[embedDim]} of any length but 0
   * @param top how many at most, at least 1
   * @param filters conditions that a picture must pass, all of them, such as {@code tag=cat}
   * @throws InvalidInputException when the vector has another width, or a filter cannot be read
   */
  List<Found> search(float[] vector, int top, List<String> filters);

  /**
   * Returns the vector of a picture that it holds; empty when it does not.
   *
   * @param path the picture's path as {@link Found} has it
   */
  Optional<float[]> vector(String path);

  @Override
  void close();

  /**
   * A picture that was found.
   *
   * @param path where it lies, which is also its key
   * @param cosine its cosine with what was looked for, from -1 to 1
   * @param facts what else is known of it, such as its caption
   */
  record Found(String path, float cosine, Map<String, Object> facts) {
    /** Copies the map. */
    public Found {
      facts = Map.copyOf(facts);
    }
  }
}
