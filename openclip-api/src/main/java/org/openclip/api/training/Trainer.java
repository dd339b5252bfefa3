package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * A {@link TrainingPlan} at work: it holds parameters, buffers and the optimizer's state, and
 * changes them step by step. Not safe for many threads, but for {@link #close}.
 */
public interface Trainer extends AutoCloseable {
  /**
   * Trains on one batch.
   *
   * <p>A batch may come in parts, which then need the memory of one part only: the features of all
   * parts are computed first, the objective sees them together, and each part is computed again to
   * carry the gradients back (Gao et al. 2021, arXiv 2101.06983). The result is that of the whole
   * batch at once, but for batch norms, which see each part for itself.
   *
   * @param parts for each part a tensor for each fed input of towers and objective, by name; parts
   *     follow each other along the first axis
   * @throws InvalidInputException when an input is missing, unknown, or of the wrong type or shape
   * @throws BackendException when the runtime fails, as when memory runs out
   * @throws ClosedException after {@link #close}
   */
  StepReport step(List<Map<String, Tensor>> parts, StepOptions options);

  /**
   * Returns the gradients that {@link #step} would use, before clipping, by the parameters' names,
   * and changes nothing.
   */
  Map<String, Tensor> gradients(List<Map<String, Tensor>> parts, StepOptions options);

  /**
   * Runs a graph over the parameters as they stand, as in inference.
   *
   * @param graph one of the plan's, or another whose parameters are all among the plan's; run the
   *     same object again, for each is translated once and kept
   * @param inputs a tensor for each of its inputs, by name
   * @return its outputs by name
   */
  Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs);

  /**
   * Returns rows of all processes that train together, in the order of their ranks. All of them
   * must call this, as they must {@link #step} and {@link #gradients}; they may have different
   * numbers of rows.
   *
   * @param rows {@code float32[n, width]} or {@code int64[n, width]}, n at least 0
   */
  default Tensor gather(Tensor rows) {
    return rows;
  }

  /** Returns a copy of all parameters and buffers, by the names of the state dictionary. */
  Weights weights();

  /**
   * Returns a copy of what else a training that goes on later needs: the optimizer's tensors as
   * {@code NAME/PARAMETER}, such as {@code exp_avg/visual.proj}. Where processes share the state
   * out, all of them must call this; the first gets all of it, the others nothing.
   */
  Weights optimizerState();

  /**
   * Goes on from tensors that {@link #optimizerState} returned, all of them, however many processes
   * there were and are.
   *
   * @throws InvalidInputException when one is missing or has another shape
   */
  void restoreOptimizer(Weights state);

  /** Frees the memory. Closing twice is harmless. */
  @Override
  void close();
}
