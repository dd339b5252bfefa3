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
 * Executes a {@link TrainingPlan}. It holds the parameters, buffers and optimizer state, and
 * updates them step by step. Not thread-safe, except for {@link #close}.
 */
public interface Trainer extends AutoCloseable {
  /**
   * Trains on one batch.
   *
   * <p>A batch may be given in parts (gradient accumulation), which need the memory of one part
   * only. The features of all parts are computed first. The objective is computed over all of them,
   * and each part is computed again for the gradients (Gao et al. 2021, arXiv 2101.06983). The
   * result equals that of the whole batch at once, except for batch norms, which see each part
   * separately.
   *
   * @param parts for each part, a tensor for each input of the towers and the objective, by name;
   *     the parts are concatenated along the first axis
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
   * Runs a graph in inference mode with the current parameters.
   *
   * @param graph a graph of the plan, or another graph whose parameters are all in the plan. Pass
   *     the same object again for further runs, because each object is translated once and kept
   * @param inputs a tensor for each of its inputs, by name
   * @return its outputs by name
   */
  Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs);

  /**
   * Gathers rows from all processes of a distributed training, in the order of their ranks. All
   * processes must call this method, and also {@link #step} and {@link #gradients}. They may have
   * different numbers of rows.
   *
   * @param rows {@code float32[n, width]} or {@code int64[n, width]}, n at least 0
   */
  default Tensor gather(Tensor rows) {
    return rows;
  }

  /** Returns a copy of all parameters and buffers, by their names in the state dict. */
  Weights weights();

  /**
   * Returns a copy of the optimizer state, which is needed to resume a training: the state tensors
   * as {@code NAME/PARAMETER}, such as {@code exp_avg/visual.proj}. If processes share the state,
   * all of them must call this; the first gets all of it, and the others get nothing.
   */
  Weights optimizerState();

  /**
   * Restores a whole optimizer state that {@link #optimizerState} returned, for any number of
   * processes then and now.
   *
   * @throws InvalidInputException when one is missing or has another shape
   */
  void restoreOptimizer(Weights state);

  /** Frees the memory. Closing twice has no effect. */
  @Override
  void close();
}
