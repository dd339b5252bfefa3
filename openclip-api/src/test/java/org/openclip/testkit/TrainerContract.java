package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;

/**
 * What every backend that trains must do: each operator with the derivatives that differences of
 * the {@link Interpreter}'s numbers show. The author of a backend extends it and names the
 * provider.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TrainerContract {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 2);
  private static final float STEP = 0x1p-10f;
  private static final double TOLERANCE = 2e-3;

  /** Returns the provider under test. */
  protected abstract BackendProvider provider();

  static Stream<GraphCase> operators() {
    return OperatorCases.all().filter(TrainerContract::hasDerivatives);
  }

  /**
   * Leaves out what has none, what is random or rounded, and what training computes in another way.
   */
  private static boolean hasDerivatives(GraphCase given) {
    Graph graph = given.build();
    boolean plain =
        graph.nodes().stream()
            .map(Node::op)
            .noneMatch(
                op ->
                    op instanceof TrainingOp
                        || op instanceof NeuralOp.BatchNorm
                        || op instanceof NeuralOp.SwitchBackLinear);
    return plain
        && graph.outputs().values().stream().allMatch(v -> v.type().floating())
        && given.weights().names().stream()
            .allMatch(n -> given.weights().get(n).type() == DataType.FLOAT32)
        && !given.name.contains("buffers")
        && !given.name.contains("zeros");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operators")
  void operatorHasTheDerivativesOfTheBook(GraphCase given) {
    Differentiable tower = Differentiable.of(given);
    Graph objective = objective(tower.graph().outputs().get("result"), tower.result());
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    tower.graph().parameters().forEach(p -> rules.put(p.name(), new UpdateRule(1, 0)));
    TrainingPlan plan =
        TrainingPlan.of(List.of(tower.graph()), objective, new AdamW(0.9, 0.999, 1e-8), rules);
    try (Backend backend = provider().open(CPU);
        Trainer trainer = backend.train(plan, tower.weights())) {

      Map<String, Tensor> gradients =
          trainer.gradients(List.of(tower.inputs()), new StepOptions(1, 0, 0));

      for (String name : rules.keySet()) {
        Tensor gradient = gradients.get(name);
        Array expected = tower.differences(name, objective);
        double[] actual =
            gradient == null ? new double[expected.data().length] : Array.of(gradient).data();
        double scale =
            Arrays.stream(expected.data()).map(Math::abs).filter(Double::isFinite).max().orElse(0);
        for (int i = 0; i < actual.length; i++) {
          if (Double.isFinite(expected.data()[i])) {
            assertThat(actual[i])
                .as("derivative by %s[%d]", name, i)
                .isCloseTo(expected.data()[i], within(TOLERANCE * (1 + scale)));
          }
        }
      }
    }
  }

  private static final AdamW ADAM = new AdamW(0.9, 0.98, 1e-6);
  private static final double UNBOUNDED = Double.POSITIVE_INFINITY;

  private static StepOptions options(long step) {
    return new StepOptions(step, 0.01, 42);
  }

  private static Map<String, Tensor> whole() {
    return TrainingCase.rows(0, TrainingCase.BATCH);
  }

  /** Trains a few steps and returns the weights. */
  private Map<String, float[]> train(
      TrainingPlan plan, int steps, List<Map<String, Tensor>> parts, long seed) {
    try (Backend backend = provider().open(CPU);
        Trainer trainer = backend.train(plan, TrainingCase.weights(plan))) {
      for (int step = 1; step <= steps; step++) {
        trainer.step(parts, new StepOptions(step, 0.01, seed));
      }
      return floats(trainer.weights());
    }
  }

  private static Map<String, float[]> floats(Weights weights) {
    Map<String, float[]> floats = new LinkedHashMap<>();
    weights.names().forEach(name -> floats.put(name, weights.get(name).toFloats()));
    return floats;
  }

  private static void assertClose(
      Map<String, float[]> actual, Map<String, float[]> expected, float tolerance) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (name, values) ->
            assertThat(actual.get(name)).as(name).containsExactly(values, within(tolerance)));
  }

  @Test
  void aBatchInPartsTeachesWhatTheWholeDoes() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, 0.1, false);
    List<Map<String, Tensor>> parts =
        List.of(TrainingCase.rows(0, 2), TrainingCase.rows(2, 5), TrainingCase.rows(5, 6));

    assertClose(train(plan, 3, parts, 0), train(plan, 3, List.of(whole()), 0), 2e-5f);
  }

  @Test
  void partsReportWhatTheWholeDoes() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, 0.1, false);
    List<Map<String, Tensor>> parts =
        List.of(TrainingCase.rows(0, 4), TrainingCase.rows(4, TrainingCase.BATCH));
    try (Backend backend = provider().open(CPU);
        Trainer one = backend.train(plan, TrainingCase.weights(plan));
        Trainer other = backend.train(plan, TrainingCase.weights(plan))) {
      Map<String, Tensor> expected = one.gradients(List.of(whole()), options(1));
      Map<String, Tensor> actual = other.gradients(parts, options(1));
      assertClose(floats(Weights.of(actual)), floats(Weights.of(expected)), 1e-5f);

      StepReport first = one.step(List.of(whole()), options(1));
      StepReport second = other.step(parts, options(1));

      assertThat(second.scalars()).containsOnlyKeys("loss", "largest");
      assertThat(second.loss()).isCloseTo(first.loss(), within(1e-5));
      assertThat(first.gradientNorm()).isGreaterThan(0.1);
      assertThat(second.gradientNorm()).isCloseTo(first.gradientNorm(), within(1e-5));
    }
  }

  @Test
  void computingAgainGivesTheSameGradientsEvenWithDropout() {
    TrainingCase given = new TrainingCase(0.3, 0);

    assertClose(
        train(given.plan(ADAM, UNBOUNDED, true), 3, List.of(whole()), 7),
        train(given.plan(ADAM, UNBOUNDED, false), 3, List.of(whole()), 7),
        2e-5f);
  }

  @Test
  void theSeedDecidesEveryDraw() {
    TrainingPlan plan = new TrainingCase(0.3, 0.5).plan(ADAM, UNBOUNDED, false);
    Map<String, float[]> once = train(plan, 2, List.of(whole()), 7);

    assertClose(train(plan, 2, List.of(whole()), 7), once, 1e-6f);
    assertThat(train(plan, 2, List.of(whole()), 8).get("left.0.q.weight"))
        .isNotEqualTo(once.get("left.0.q.weight"));
  }

  @Test
  void anOptimizerOnPaperMovesAsTheKernelDoes() {
    Optimizer onPaper =
        new Optimizer() {
          @Override
          public List<String> state() {
            return ADAM.state();
          }

          @Override
          public Change write(GraphBuilder graph, Given given) {
            return ADAM.write(graph, given);
          }
        };
    TrainingCase given = new TrainingCase(0, 0);

    assertClose(
        train(given.plan(onPaper, UNBOUNDED, false), 4, List.of(whole()), 0),
        train(given.plan(ADAM, UNBOUNDED, false), 4, List.of(whole()), 0),
        2e-5f);
  }

  @Test
  void whatHasNoRuleStaysAndWhatHasARangeStaysInIt() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, UNBOUNDED, false);
    Weights before = TrainingCase.weights(plan);

    Map<String, float[]> after = train(plan, 3, List.of(whole()), 0);

    assertThat(after.get("left.0.ln_1.bias")).isEqualTo(before.get("left.0.ln_1.bias").toFloats());
    assertThat(after.get("left.0.ln_2.bias"))
        .isNotEqualTo(before.get("left.0.ln_2.bias").toFloats());
    assertThat(after.get("scale")[0]).isBetween(0f, 1.001f);
  }

  @Test
  void aLossThatIsNoNumberChangesNothing() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, 1, false);
    Map<String, Tensor> broken = new LinkedHashMap<>(whole());
    float[] weight = broken.get("weight").toFloats();
    weight[2] = Float.NaN;
    broken.put("weight", Tensor.of(weight, weight.length));
    try (Backend backend = provider().open(CPU);
        Trainer trainer = backend.train(plan, TrainingCase.weights(plan))) {
      trainer.step(List.of(whole()), options(1));
      Map<String, float[]> weights = floats(trainer.weights());
      Map<String, float[]> state = floats(trainer.optimizerState());

      assertThat(trainer.step(List.of(broken), options(2)).loss()).isNaN();

      assertClose(floats(trainer.weights()), weights, 0f);
      assertClose(floats(trainer.optimizerState()), state, 0f);
    }
  }

  @Test
  void aTrainingGoesOnWhereItWas() {
    TrainingPlan plan = new TrainingCase(0.2, 0).plan(ADAM, UNBOUNDED, false);
    Map<String, float[]> expected = train(plan, 4, List.of(whole()), 42);
    try (Backend backend = provider().open(CPU);
        Trainer first = backend.train(plan, TrainingCase.weights(plan))) {
      first.step(List.of(whole()), options(1));
      first.step(List.of(whole()), options(2));
      try (Trainer second = backend.train(plan, first.weights())) {
        second.restoreOptimizer(first.optimizerState());
        second.step(List.of(whole()), options(3));
        second.step(List.of(whole()), options(4));

        assertClose(floats(second.weights()), expected, 1e-6f);
      }
      assertThatThrownBy(() -> first.restoreOptimizer(Weights.of(Map.of())))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("exp_avg/");
    }
  }

  @Test
  void brainHalvesComeClose() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, UNBOUNDED, false);
    BackendOptions half = new BackendOptions(Device.CPU, Precision.BFLOAT16, 2);
    try (Backend fine = provider().open(CPU);
        Backend coarse = provider().open(half);
        Trainer one = fine.train(plan, TrainingCase.weights(plan));
        Trainer other = coarse.train(plan, TrainingCase.weights(plan))) {
      for (int step = 1; step <= 5; step++) {
        double expected = one.step(List.of(whole()), options(step)).loss();

        assertThat(other.step(List.of(whole()), options(step)).loss())
            .isCloseTo(expected, within(0.02 * expected));
      }
    }
  }

  @Test
  void runsATowerAsItStands() {
    TrainingPlan plan = new TrainingCase(0.5, 0.5).plan(ADAM, UNBOUNDED, false);
    Graph tower = plan.towers().get(0);
    Map<String, Tensor> input = Map.of("left", whole().get("left"));
    try (Backend backend = provider().open(CPU);
        Trainer trainer = backend.train(plan, TrainingCase.weights(plan))) {
      trainer.step(List.of(whole()), options(1));
      Array expected = Interpreter.run(tower, trainer.weights(), input).get("left_features");

      float[] actual = trainer.run(tower, input).get("left_features").toFloats();

      for (int i = 0; i < actual.length; i++) {
        assertThat((double) actual[i]).isCloseTo(expected.data()[i], within(1e-5));
      }
    }
  }

  @Test
  void runsAnotherGraphOverTheParametersAsTheyStand() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, UNBOUNDED, false);
    Parameter parameter = plan.towers().get(0).parameters().get(0);
    GraphBuilder builder = new GraphBuilder("other");
    Value value =
        builder.parameter(parameter.name(), parameter.initializer(), parameter.shape().sizes());
    builder.output("twice", builder.plus(value, value));
    Graph other = builder.build();
    try (Backend backend = provider().open(CPU);
        Trainer trainer = backend.train(plan, TrainingCase.weights(plan))) {
      for (int step = 1; step <= 2; step++) {
        trainer.step(List.of(whole()), options(step));
        float[] now = trainer.weights().get(parameter.name()).toFloats();

        float[] twice = trainer.run(other, Map.of()).get("twice").toFloats();

        for (int i = 0; i < now.length; i++) {
          assertThat(twice[i]).isEqualTo(2 * now[i]);
        }
      }
    }
  }

  @Test
  void refusesWhatCannotBeTrained() {
    TrainingPlan plan = new TrainingCase(0, 0).plan(ADAM, UNBOUNDED, false);
    Backend backend = provider().open(CPU);
    Trainer trainer = backend.train(plan, TrainingCase.weights(plan));
    Map<String, Tensor> incomplete = new LinkedHashMap<>(whole());
    incomplete.remove("weight");

    assertThatThrownBy(() -> trainer.step(List.of(incomplete), options(1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weight");
    assertThatThrownBy(() -> backend.train(plan, Weights.of(Map.of())))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("is missing");
    trainer.close();
    trainer.close();
    assertThatThrownBy(() -> trainer.step(List.of(whole()), options(1)))
        .isInstanceOf(ClosedException.class);
    Trainer other = backend.train(plan, TrainingCase.weights(plan));
    backend.close();
    assertThatThrownBy(other::weights).isInstanceOf(ClosedException.class);
  }

  /** Weighs every element of a result differently and adds them up. */
  private static Graph objective(Value value, Array sample) {
    GraphBuilder graph = new GraphBuilder("objective");
    Value result =
        graph.input("result", DataType.FLOAT32, value.shape().dims().toArray(Dim[]::new));
    int last = sample.rank() == 0 ? 1 : sample.shape()[sample.rank() - 1];
    float[] weights = new float[last];
    for (int i = 0; i < last; i++) {
      weights[i] = (float) Math.cos(i + 1);
    }
    boolean known = sample.rank() > 0 && value.shape().dim(-1).fixed();
    Value weighed = known ? graph.times(result, graph.constant(Tensor.of(weights, last))) : result;
    // The square makes the derivative depend on the value too.
    Value square = graph.times(weighed, graph.plus(result, graph.constant(1)));
    int[] axes = java.util.stream.IntStream.range(0, sample.rank()).toArray();
    graph.output(TrainingPlan.LOSS, graph.reduce(square, Reduction.SUM, axes));
    return graph.build();
  }

  /**
   * An operator whose float inputs are parameters.
   *
   * @param original the operator as it was
   * @param graph the operator
   * @param weights of all parameters
   * @param inputs what is still fed
   */
  private record Differentiable(
      Graph original, Graph graph, Weights weights, Map<String, Tensor> inputs) {
    private static final String INPUT = "of ";

    static Differentiable of(GraphCase given) {
      Graph graph = given.build();
      Map<String, Tensor> weights = new LinkedHashMap<>();
      given.weights().names().forEach(n -> weights.put(n, given.weights().get(n)));
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      List<Node> nodes = new ArrayList<>();
      for (Node node : graph.nodes()) {
        if (node.op() instanceof LeafOp.Input input) {
          Tensor tensor = given.inputs().get(input.name());
          inputs.put(input.name(), tensor);
          if (input.type() == DataType.FLOAT32 && finite(tensor)) {
            // The graph still reads its sizes from what is fed, and its numbers from the parameter.
            weights.put(INPUT + input.name(), tensor);
            Value shadow =
                new Value(
                    graph.nodes().size() + nodes.size(), input.name(), input.shape(), input.type());
            nodes.add(new Node(shadow, input));
            nodes.add(
                new Node(
                    node.value(),
                    new Parameter(
                        INPUT + input.name(),
                        Shape.of(tensor.shape()),
                        DataType.FLOAT32,
                        Initializer.ZEROS,
                        true)));
            continue;
          }
        }
        nodes.add(node);
      }
      return new Differentiable(
          graph, new Graph(graph.name(), nodes, graph.outputs()), Weights.of(weights), inputs);
    }

    private static boolean finite(Tensor tensor) {
      for (float x : tensor.toFloats()) {
        if (!Float.isFinite(x)) {
          return false;
        }
      }
      return true;
    }

    Array result() {
      return Interpreter.run(original, weights, inputs).get("result");
    }

    /** Returns the loss with one parameter changed. */
    private double loss(String name, Tensor tensor, Graph objective) {
      Map<String, Tensor> given = new LinkedHashMap<>(inputs);
      Weights changed = weights;
      if (name.startsWith(INPUT)) {
        given.put(name.substring(INPUT.length()), tensor);
      } else {
        changed = weights.replacing(name, tensor);
      }
      return LossOf.value(Interpreter.run(original, changed, given).get("result"), objective);
    }

    /** Returns quotients of differences; NaN where a kink is near. */
    Array differences(String name, Graph objective) {
      Tensor tensor = weights.get(name);
      float[] values = tensor.toFloats();
      Array differences = Array.zeros(Array.of(tensor).shape());
      double here = loss(name, tensor, objective);
      for (int i = 0; i < values.length; i++) {
        float value = values[i];
        values[i] = value + STEP;
        double up =
            (loss(name, Tensor.of(values, tensor.shape()), objective) - here) / (values[i] - value);
        values[i] = value - STEP;
        double down =
            (here - loss(name, Tensor.of(values, tensor.shape()), objective)) / (value - values[i]);
        values[i] = value;
        boolean smooth = Math.abs(up - down) < 0.01 * (1 + Math.abs(up) + Math.abs(down));
        differences.data()[i] = smooth ? (up + down) / 2 : Double.NaN;
      }
      return differences;
    }
  }

  /** The objective's value by the book. */
  private static final class LossOf {
    static double value(Array result, Graph objective) {
      int last = result.rank() == 0 ? 1 : result.shape()[result.rank() - 1];
      boolean known = result.rank() > 0 && objective.inputs().get(0).shape().dim(-1).fixed();
      double sum = 0;
      for (int i = 0; i < result.data().length; i++) {
        double x = result.data()[i];
        sum += x * (known ? (float) Math.cos(i % last + 1) : 1) * (x + 1);
      }
      return sum;
    }
  }
}
