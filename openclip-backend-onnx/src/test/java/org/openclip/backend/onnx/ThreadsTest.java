package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Processor;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.runtime.Threads;

/** Small graphs run on one thread, unless somebody says otherwise. */
class ThreadsTest {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 0);

  /** A graph of one linear layer over tokens, for which each takes 2 · width · width operations. */
  private static Graph graph(long width) {
    GraphBuilder g = new GraphBuilder("linear");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.LENGTH, Dim.of(width));
    Value w = g.parameter("w", Initializer.ZEROS, width, width);
    g.output("y", g.linear(x, w, null));
    return g.build();
  }

  private static int threads(BackendOptions options, long width) {
    Weights weights =
        Weights.of(
            Map.of(
                "w",
                Tensor.of(DataType.FLOAT32, Tensor.allocate(4 * width * width), width, width)));
    try (Backend backend = OnnxBackend.open(options);
        Program program = backend.compile(graph(width), weights)) {
      return program.threads();
    }
  }

  @Test
  void theWorkForOneItemDecides() {
    Threads four = new Threads(4, false);

    assertThat(Threads.work(graph(100))).isEqualTo(2 * 16 * 100 * 100);
    assertThat(four.of(graph(100))).isEqualTo(1);
    assertThat(four.of(graph(1900))).isEqualTo(1);
    assertThat(four.of(graph(2000))).isEqualTo(4);
    assertThat(four).hasToString("1 to 4 threads");
  }

  @Test
  void whoeverNamesANumberGetsIt() {
    assertThat(new Threads(4, true).of(graph(100))).isEqualTo(4);
    assertThat(threads(CPU.withThreads(3), 8)).isEqualTo(3);
    assertThat(threads(CPU.withThreads(3).withSpin(false), 8)).isEqualTo(3);
  }

  @Test
  void programsSayWhatTheyGot() {
    assertThat(threads(CPU, 8)).isEqualTo(1);
    assertThat(threads(CPU, 2048)).isEqualTo(Processor.physicalCores());
  }
}
