package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * A rule by which gradients change parameters, written as a graph like everything else, so that it
 * runs on every backend that trains. It is written once for each parameter and must keep its shape.
 *
 * <p>A backend may have kernels of its own for {@link AdamW}, with equal results.
 */
public interface Optimizer {
  /**
   * Returns the names of the tensors that are kept for each parameter, each of its shape and zero
   * in the beginning, such as {@code exp_avg}.
   */
  List<String> state();

  /**
   * Writes one step of one parameter.
   *
   * @param graph the builder of the graph that the given values belong to
   */
  Change write(GraphBuilder graph, Given given);

  /**
   * What a step starts from.
   *
   * @param parameter of any shape
   * @param gradient of the parameter's shape, after clipping
   * @param state what is kept for the parameter, by name, each of its shape
   * @param step the number of this step, from 1, a scalar
   * @param learningRate the step's learning rate times the parameter's own rate, a scalar
   * @param weightDecay the parameter's own, a scalar
   */
  record Given(
      Value parameter,
      Value gradient,
      Map<String, Value> state,
      Value step,
      Value learningRate,
      Value weightDecay) {
    /** Returns a tensor that is kept for the parameter. */
    public Value state(String name) {
      return Objects.requireNonNull(state.get(name), name);
    }
  }

  /**
   * What a step leaves.
   *
   * @param parameter of the shape that it had
   * @param state what is kept, under the names that it had
   */
  record Change(Value parameter, Map<String, Value> state) {}
}
