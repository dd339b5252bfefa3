package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** What a program holds is given back when it is closed. */
class ReopeningTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WIDTH = 1024;
  private static final long PROGRAM_KB = WIDTH * WIDTH * 4 / 1024;

  @Test
  void openingAndClosingLeavesNoMemoryBehind() throws IOException {
    assumeTrue(Files.exists(STATUS), "only Linux says how large a process is");
    Weights weights = Weights.of(Map.of("w", Tensor.of(new float[WIDTH * WIDTH], WIDTH, WIDTH)));
    GraphBuilder g = new GraphBuilder("layer");
    var x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(1), Dim.of(WIDTH));
    g.output("y", g.linear(x, g.parameter("w", Initializer.ZEROS, WIDTH, WIDTH), null));
    Graph graph = g.build();
    openAndClose(graph, weights, 20);
    long before = residentKb();

    openAndClose(graph, weights, 100);

    assertThat(residentKb() - before).as("growth in KiB").isLessThan(10 * PROGRAM_KB);
  }

  private static void openAndClose(Graph graph, Weights weights, int times) {
    BackendOptions options = new BackendOptions(Device.CPU, Precision.FLOAT32, 2);
    for (int i = 0; i < times; i++) {
      try (Backend backend = new OnnxBackendProvider().open(options);
          Program program = backend.compile(graph, weights)) {
        program.run(Map.of("x", Tensor.of(new float[WIDTH], 1, 1, WIDTH)));
      }
    }
  }

  private static long residentKb() throws IOException {
    System.gc();
    List<String> lines = Files.readAllLines(STATUS);
    String line = lines.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", ""));
  }
}
