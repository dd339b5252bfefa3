package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * An optimizer: the rule by which gradients change parameters. It is written as a graph, so that it
 * runs on every backend that trains. The graph is written once for each parameter and must keep the
 * parameter's shape.
 *
 * <p>A backend may use its own kernels for {@link AdamW}, with equal results.
 */
public interface Optimizer {
  /**
   * Returns the names of the state tensors of each parameter, such as {@code exp_avg}. They have
   * the parameter's shape and start at zero.
   */
  List<String> state();

  /**
   * Writes the graph of one step for one parameter.
   *
   * @param graph the builder of the graph that the given values belong to
   */
  Change write(GraphBuilder graph, Given given);

  /**
   * The inputs of a step.
   *
   * @param parameter of any shape
   * @param gradient of the parameter's shape, after clipping
   * @param state the state tensors of the parameter, by name, each of the parameter's shape
   * @param step the number of this step, from 1, a scalar
   * @param learningRate the learning rate of the step times the factor of the parameter, a scalar
   * @param weightDecay the weight decay of the parameter, a scalar
   */
  record Given(
      Value parameter,
      Value gradient,
      Map<String, Value> state,
      Value step,
      Value learningRate,
      Value weightDecay) {
    /** Returns a state tensor of the parameter. */
    public Value state(String name) {
      return Objects.requireNonNull(state.get(name), name);
    }
  }

  /**
   * The outputs of a step.
   *
   * @param parameter the new parameter, of the same shape
   * @param state the new state tensors, under the same names
   */
  record Change(Value parameter, Map<String, Value> state) {}
}
