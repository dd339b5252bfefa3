package org.openclip.api.backend;

import java.util.Map;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;

/** A compiled graph with its weights, ready to run. Thread-safe. */
public interface Program extends AutoCloseable {
  /**
   * Runs the graph once.
   *
   * @param inputs a tensor for each of the graph's inputs, by name; tensors over direct buffers are
   *     read in place
   * @return the graph's outputs by name; float outputs are {@code FLOAT32} for every precision, in
   *     memory of their own
   * @throws InvalidInputException when an input is missing, unknown, or of the wrong type or shape
   * @throws BackendException when the runtime fails
   * @throws ClosedException after {@link #close}
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs);

  /**
   * Returns the number of cores that one run keeps busy. These cores are not available for decoding
   * images at the same time. It is 1 for programs that run elsewhere, such as on a GPU.
   */
  default int threads() {
    return 1;
  }

  /** Waits for running calls and frees the program's memory. Closing twice has no effect. */
  @Override
  void close();
}
