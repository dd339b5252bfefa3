package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * What every backend must do: each operator with the numbers of the {@link Interpreter}, clear
 * errors, threads, and closing. The author of a backend extends it and names the provider.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 2);

  /** Returns the provider under test. */
  protected abstract BackendProvider provider();

  static Stream<GraphCase> operators() {
    return OperatorCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operators")
  void operatorYieldsTheNumbersOfTheBook(GraphCase given) {
    if (isForTraining(given) && !provider().trains()) {
      assertThatThrownBy(() -> compare(given, Precision.FLOAT32, 2e-5))
          .isInstanceOf(BackendException.class);
    } else {
      compare(given, Precision.FLOAT32, 2e-5);
    }
  }

  /** Returns whether a backend that only runs models refuses a graph. */
  private static boolean isForTraining(GraphCase given) {
    return given.build().nodes().stream()
        .anyMatch(node -> node.op() instanceof NeuralOp.SwitchBackLinear);
  }

  private void compare(GraphCase given, Precision precision, double tolerance) {
    Graph graph = given.build();
    Array expected = Interpreter.run(graph, given.weights(), given.inputs()).get("result");
    try (Backend backend = provider().open(new BackendOptions(Device.CPU, precision, 2));
        Program program = backend.compile(graph, given.weights())) {

      Tensor actual = program.run(given.inputs()).get("result");

      Value result = graph.outputs().get("result");
      assertThat(actual.type())
          .isEqualTo(result.type().floating() ? DataType.FLOAT32 : result.type());
      assertThat(Array.of(actual).shape()).containsExactly(expected.shape());
      double scale = 1;
      for (double x : expected.data()) {
        scale = Math.max(scale, Double.isFinite(x) ? Math.abs(x) : 1);
      }
      assertThat(Array.of(actual).data())
          .usingComparatorWithPrecision(tolerance * scale)
          .containsExactly(expected.data());
    }
  }

  /** Returns how far half precision may be from the book. */
  protected double halfTolerance() {
    return 5e-3;
  }

  @Test
  void halfPrecisionComesClose() {
    OperatorCases.all()
        .filter(
            c ->
                c.name.contains("linear")
                    || c.name.contains("attention")
                    || c.name.contains("norm"))
        .filter(c -> !c.name.contains("far from zero") && !c.name.contains("zeros"))
        .forEach(c -> compare(c, Precision.FLOAT16, halfTolerance()));
  }

  @Test
  void takesAnyBatchAndLength() {
    GraphCase given =
        GraphCase.of(
            "mean",
            c ->
                c.graph.reduce(
                    c.batch(2, 3), org.openclip.api.graph.ArithmeticOp.Reduction.MEAN, 1));
    try (Backend backend = provider().open(CPU);
        Program program = backend.compile(given.build(), given.weights())) {
      for (int batch : new int[] {1, 5, 64, 2}) {
        Tensor input = Tensor.of(new float[batch * 3], batch, 3);

        Tensor result = program.run(Map.of("input0", input)).get("result");

        assertThat(result.shape()).containsExactly(batch);
      }
    }
  }

  @Test
  void readsAnInputFromTheHeapToo() {
    GraphCase given = GraphCase.of("double", c -> c.graph.plus(c.batch(1, 2), c.graph.constant(1)));
    Tensor input =
        Tensor.of(
            DataType.FLOAT32,
            java.nio.ByteBuffer.allocate(8)
                .order(java.nio.ByteOrder.nativeOrder())
                .putFloat(1)
                .putFloat(2)
                .flip(),
            1,
            2);
    try (Backend backend = provider().open(CPU);
        Program program = backend.compile(given.build(), given.weights())) {
      assertThat(program.run(Map.of("input0", input)).get("result").toFloats())
          .containsExactly(2, 3);
    }
  }

  @Test
  void refusesInputsThatDoNotFit() {
    GraphCase given = GraphCase.of("sum", c -> c.graph.plus(c.batch(2, 3), c.batch(2, 3)));
    Tensor two = Tensor.of(new float[6], 2, 3);
    try (Backend backend = provider().open(CPU);
        Program program = backend.compile(given.build(), given.weights())) {

      assertThatThrownBy(() -> program.run(Map.of("input0", two)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("input1");
      assertThatThrownBy(() -> program.run(Map.of("input0", two, "input1", two, "more", two)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("more");
      assertThatThrownBy(
              () -> program.run(Map.of("input0", two, "input1", Tensor.of(new float[9], 3, 3))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("FLOAT32[3, 3]")
          .hasMessageContaining("batch=2");
      assertThatThrownBy(
              () -> program.run(Map.of("input0", two, "input1", Tensor.of(new long[6], 2, 3))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("INT64");
    }
  }

  @Test
  void namesWeightsThatDoNotFit() {
    GraphCase given =
        GraphCase.of("layer", c -> c.graph.linear(c.batch(2, 3), c.weight(4, 3), c.weight(4)));
    Weights wrong = Weights.of(Map.of("weight0", Tensor.of(new float[6], 2, 3)));
    try (Backend backend = provider().open(CPU)) {
      assertThatThrownBy(() -> backend.compile(given.build(), wrong))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("weight0 is [2, 3], not [4, 3]")
          .hasMessageContaining("weight1 is missing");
    }
  }

  @Test
  void servesManyThreadsWithEqualResults() throws Exception {
    GraphCase given =
        GraphCase.of(
            "layers",
            c ->
                c.graph.linear(
                    c.graph.linear(c.batch(4, 64), c.weight(64, 64), null), c.weight(8, 64), null));
    try (Backend backend = provider().open(CPU);
        Program program = backend.compile(given.build(), given.weights())) {
      float[] expected = program.run(given.inputs()).get("result").toFloats();
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Callable<float[]>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          calls.add(() -> program.run(given.inputs()).get("result").toFloats());
        }
        for (var result : threads.invokeAll(calls)) {
          assertThat(result.get()).containsExactly(expected, within(1e-6f));
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void refusesWorkAfterClosing() {
    GraphCase given = GraphCase.of("one", c -> c.graph.plus(c.batch(1, 2), c.graph.constant(1)));
    Backend backend = provider().open(CPU);
    Program first = backend.compile(given.build(), given.weights());
    Program second = backend.compile(given.build(), given.weights());

    first.close();
    first.close();
    assertThatThrownBy(() -> first.run(given.inputs())).isInstanceOf(ClosedException.class);
    assertThat(second.run(given.inputs())).containsKey("result");

    backend.close();
    backend.close();
    assertThatThrownBy(() -> second.run(given.inputs())).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> backend.compile(given.build(), given.weights()))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void saysWhatItIs() {
    try (Backend backend = provider().open(CPU)) {
      assertThat(backend.name()).isEqualTo(provider().name());
      assertThat(backend.description()).isNotBlank().doesNotContain("\n");
      assertThat(backend.device()).isEqualTo(Device.CPU);
    }
  }
}
