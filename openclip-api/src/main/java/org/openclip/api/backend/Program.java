package org.openclip.api.backend;

import java.util.Map;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;

/** A graph that is ready to run, with its weights. Safe for many threads at once. */
public interface Program extends AutoCloseable {
  /**
   * Runs the graph once.
   *
   * @param inputs a tensor for each of the graph's inputs, by name; tensors over direct buffers are
   *     read in place
   * @return the graph's outputs by name; float outputs are {@code FLOAT32} whatever the precision,
   *     over memory of their own
   * @throws InvalidInputException when an input is missing, unknown, or of the wrong type or shape
   * @throws BackendException when the runtime fails
   * @throws ClosedException after {@link #close}
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs);

  /**
   * Returns how many cores one run keeps busy: where pictures are decoded at the same time, those
   * are not to be had. 1 for programs that run elsewhere, as on a GPU.
   */
  default int threads() {
    return 1;
  }

  /** Waits for runs under way and frees the program's memory. Closing twice is harmless. */
  @Override
  void close();
}
