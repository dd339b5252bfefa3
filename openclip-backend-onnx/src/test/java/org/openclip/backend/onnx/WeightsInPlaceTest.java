package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.lowering.CpuDialect;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.lowering.Numbers;

/** Which weights the runtime may read where they lie, and that it then reads the right ones. */
class WeightsInPlaceTest {
  private static final int WIDTH = 160;

  /** Returns numbers far enough from their place to be told apart. */
  private static Tensor table(int rows, int width) {
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 37 % 101 - 50) / 64f;
    }
    return Tensor.of(values, rows, width);
  }

  private static Value batch(GraphBuilder g) {
    return g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(2), Dim.of(WIDTH));
  }

  private static Graph graph(GraphBuilder g, Value result) {
    g.output("result", result);
    return g.build();
  }

  private static Lowered lower(Graph graph, Tensor weight, Numbers numbers) {
    return Lowered.program(graph, Weights.of(Map.of("w", weight)), numbers, new CpuDialect());
  }

  private static Value weight(GraphBuilder g, int rows) {
    return g.parameter("w", Initializer.ZEROS, rows, WIDTH);
  }

  @Test
  void aMatrixIsReadInPlaceUnlessAnythingElseReadsIt() {
    GraphBuilder alone = new GraphBuilder("alone");
    Graph once = graph(alone, alone.linear(batch(alone), weight(alone, 8), null));
    GraphBuilder shared = new GraphBuilder("shared");
    Value w = weight(shared, WIDTH);
    Graph twice = graph(shared, shared.linear(batch(shared), shared.plus(w, w), null));

    assertThat(lower(once, table(8, WIDTH), Numbers.FLOAT32).inPlace()).containsExactly("w");
    assertThat(lower(twice, table(WIDTH, WIDTH), Numbers.FLOAT32).inPlace()).isEmpty();
  }

  @Test
  void aMatrixOfAnotherTypeIsConvertedAndATableOnlyItsRows() {
    Tensor half = Tensor.of(DataType.BFLOAT16, Tensor.allocate(2L * 8 * WIDTH), 8, WIDTH);
    GraphBuilder matrix = new GraphBuilder("matrix");
    Graph linear = graph(matrix, matrix.linear(batch(matrix), weight(matrix, 8), null));
    GraphBuilder rows = new GraphBuilder("rows");
    Value ids = rows.input("ids", DataType.INT64, Dim.BATCH);
    Graph embedding = graph(rows, rows.embedding(weight(rows, 8), ids));

    assertThat(lower(linear, half, Numbers.FLOAT32).inPlace()).isEmpty();
    assertThat(lower(embedding, half, Numbers.FLOAT32).inPlace()).containsExactly("w");
  }

  @Test
  void rowsOfAMatrixAreTakenWithoutTheRest() {
    GraphBuilder g = new GraphBuilder("rows");
    Value w = weight(g, 480);
    Value x = batch(g);
    Value first = g.linear(x, g.slice(w, 0, 0, WIDTH), null);
    Value rest = g.linear(x, g.slice(w, 0, WIDTH, 480), null);
    Graph graph = graph(g, g.concat(2, first, rest));
    GraphBuilder h = new GraphBuilder("whole");
    Graph whole = graph(h, h.linear(batch(h), weight(h, 480), null));
    Tensor weight = table(480, WIDTH);

    Lowered lowered = lower(graph, weight, Numbers.FLOAT32);

    assertThat(lowered.weights()).containsOnlyKeys("w[0:160]", "w[160:480]");
    assertThat(lowered.inPlace()).containsExactly("w[0:160]", "w[160:480]");
    assertThat(run(graph, weight)).containsExactly(run(whole, weight));
  }

  @Test
  void aMatrixInManyBuffersIsJoinedAndATableSearched() {
    Tensor whole = table(700, WIDTH);
    List<ByteBuffer> chunks = new ArrayList<>();
    ByteBuffer data = whole.data();
    for (int rows : new int[] {300, 1, 399}) {
      int bytes = rows * WIDTH * 4;
      chunks.add(data.slice(data.position(), bytes).order(ByteOrder.nativeOrder()));
      data.position(data.position() + bytes);
    }
    Tensor parts = Tensor.ofChunks(DataType.FLOAT32, chunks, 700, WIDTH);
    GraphBuilder g = new GraphBuilder("parts");
    Value w = weight(g, 700);
    Value x = batch(g);
    Value places = g.cast(g.clamp(g.times(x, g.constant(100)), 0, 699), DataType.INT64);
    Value found = g.reduce(g.embedding(w, places), Reduction.MEAN, 2);
    Graph graph = graph(g, g.plus(g.linear(x, w, null), g.linear(found, w, null)));

    assertThat(lower(graph, parts, Numbers.FLOAT32).weights())
        .containsOnlyKeys("w#0", "w#1", "w#2");
    assertThat(run(graph, parts)).containsExactly(run(graph, whole));
  }

  @Test
  void whatIsComputedBeforehandReadsACopy() {
    GraphBuilder g = new GraphBuilder("constant");
    Value w = weight(g, WIDTH);
    Value some = g.embedding(w, g.constant(Tensor.of(new long[] {7, 0, 159, 7}, 4)));
    Graph graph = graph(g, g.linear(batch(g), g.linear(some, w, null), null));

    assertThat(lower(graph, table(WIDTH, WIDTH), Numbers.FLOAT32).inPlace()).isEmpty();
    assertThat(run(graph, table(WIDTH, WIDTH))).hasSize(3 * 2 * 4).doesNotContain(0f);
  }

  private static float[] run(Graph graph, Tensor weight) {
    try (Backend backend =
            new OnnxBackendProvider().open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Program program = backend.compile(graph, Weights.of(Map.of("w", weight)))) {
      float[] x = table(3 * 2, WIDTH).toFloats();
      return program
          .run(Map.of("x", Tensor.of(x, 3, 2, WIDTH)))
          .values()
          .iterator()
          .next()
          .toFloats();
    }
  }
}
