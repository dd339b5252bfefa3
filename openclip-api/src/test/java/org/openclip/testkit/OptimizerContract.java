package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Optimizer;

/**
 * What every optimizer must do, on whichever backend it will run. The author of one extends this
 * class with a provider; the {@link Interpreter} runs what it writes.
 */
public abstract class OptimizerContract {
  /** Returns the provider under test. */
  protected abstract OptimizerProvider provider();

  /** Steps of one parameter, as the optimizer's graph tells them. */
  private static final class Steps {
    private final Optimizer optimizer;
    private final long[] shape;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private Tensor parameter;
    private int step;

    Steps(Optimizer optimizer, float[] start, long... shape) {
      this.optimizer = optimizer;
      this.shape = shape;
      parameter = Tensor.of(start, shape);
      for (String name : optimizer.state()) {
        state.put(name, Tensor.of(new float[start.length], shape));
      }
    }

    float[] go(float[] gradient, double rate, double decay) {
      GraphBuilder g = new GraphBuilder("step");
      Dim[] dims = Shape.of(parameter.shape()).dims().toArray(Dim[]::new);
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      Map<String, Value> kept = new LinkedHashMap<>();
      state.forEach(
          (name, tensor) -> {
            kept.put(name, g.input(name, DataType.FLOAT32, dims));
            inputs.put(name, tensor);
          });
      Value p = g.input("parameter", DataType.FLOAT32, dims);
      Value d = g.input("gradient", DataType.FLOAT32, dims);
      Value number = g.input("step", DataType.FLOAT32);
      inputs.put("parameter", parameter);
      inputs.put("gradient", Tensor.of(gradient, shape));
      inputs.put("step", Tensor.of(new float[] {++step}));
      Optimizer.Change change =
          optimizer.write(
              g, new Optimizer.Given(p, d, kept, number, g.constant(rate), g.constant(decay)));
      assertThat(change.parameter().shape()).isEqualTo(p.shape());
      assertThat(change.state()).containsOnlyKeys(optimizer.state());
      change.state().values().forEach(v -> assertThat(v.shape()).isEqualTo(p.shape()));
      g.output("moved", change.parameter());
      change.state().forEach((name, v) -> g.output("kept " + name, v));
      Map<String, Array> results = Interpreter.run(g.build(), Weights.of(Map.of()), inputs);
      state.replaceAll((name, old) -> array(results, "kept " + name).tensor(DataType.FLOAT32));
      parameter = array(results, "moved").tensor(DataType.FLOAT32);
      return parameter.toFloats();
    }

    private static Array array(Map<String, Array> results, String name) {
      Array array = results.get(name);
      assertThat(array).as(name).isNotNull();
      return array;
    }
  }

  private Optimizer optimizer() {
    return provider().create(Map.of());
  }

  @Test
  void movesAgainstTheGradientAndKeepsTheShape() {
    float[] start = {1, 1, 1, 1, 1, 1};
    float[] moved =
        new Steps(optimizer(), start, 2, 3).go(new float[] {2, -2, 1, -1, 3, -3}, 0.1, 0);

    for (int i = 0; i < moved.length; i++) {
      assertThat(moved[i]).as("element %d", i).isNotEqualTo(1f);
      assertThat(moved[i] < 1).as("element %d went down", i).isEqualTo(i % 2 == 0);
    }
  }

  @Test
  void takesParametersOfEveryRank() {
    assertThat(new Steps(optimizer(), new float[] {1}).go(new float[] {1}, 0.1, 0.1)).hasSize(1);
    assertThat(new Steps(optimizer(), new float[8], 2, 1, 2, 2).go(new float[8], 0.1, 0.1))
        .containsOnly(0f);
  }

  @Test
  void aRateOfZeroMovesNothing() {
    Steps steps = new Steps(optimizer(), new float[] {1, -2}, 2);
    for (int i = 0; i < 3; i++) {
      assertThat(steps.go(new float[] {3, 4}, 0, 0.5)).containsExactly(1, -2);
    }
  }

  @Test
  void decayPullsTowardsZeroWhenThereIsNoGradient() {
    Steps steps = new Steps(optimizer(), new float[] {1, -2}, 2);
    float[] moved = steps.go(new float[2], 0.01, 0.1);

    assertThat(moved[0]).isBetween(0.9f, 0.99999f);
    assertThat(moved[1]).isBetween(-1.99999f, -1.9f);
  }

  @Test
  void comesDownAValley() {
    Random random = new Random(4);
    float[] x = {5, -3, 2};
    Steps steps = new Steps(optimizer(), x, 3);
    for (int i = 0; i < 1000; i++) {
      float[] slope = new float[3];
      for (int j = 0; j < 3; j++) {
        slope[j] = x[j] + 0.1f * (float) random.nextGaussian();
      }
      x = steps.go(slope, 0.05 * (1 - i / 1000.0), 0);
    }
    for (float each : x) {
      assertThat(Math.abs(each)).isLessThan(0.2f);
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> provider().create(Map.of("no_such_option", 1.0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no_such_option")
        .hasMessageContaining(provider().name());
  }
}
