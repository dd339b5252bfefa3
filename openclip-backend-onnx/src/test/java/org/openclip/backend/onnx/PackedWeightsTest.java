package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
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
import org.openclip.testkit.ProcessMemory;

/** Weights that are not packed are not copied, and give the same numbers but for rounding. */
class PackedWeightsTest {
  private static final int WIDTH = 4096;
  private static final long BYTES = 4L * WIDTH * WIDTH;

  private static Tensor numbers(int rows) {
    float[] values = new float[rows * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 37L % 101 - 50) / 64f;
    }
    return Tensor.of(values, rows, WIDTH);
  }

  private static Graph graph() {
    GraphBuilder g = new GraphBuilder("linear");
    g.output(
        "result",
        g.linear(
            g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(WIDTH)),
            g.parameter("w", Initializer.ZEROS, WIDTH, WIDTH),
            null));
    return g.build();
  }

  /** Opens and runs a program; returns its result behind the growth of the memory, in bytes. */
  private static Map.Entry<Long, float[]> run(boolean pack, Tensor weight) throws IOException {
    BackendOptions options = new BackendOptions(Device.CPU, Precision.FLOAT32, 1).withPack(pack);
    try (Backend backend = new OnnxBackendProvider().open(options)) {
      long before = ProcessMemory.bytes("RssAnon");
      try (Program program = backend.compile(graph(), Weights.of(Map.of("w", weight)))) {
        long growth = ProcessMemory.bytes("RssAnon") - before;
        return Map.entry(
            growth, program.run(Map.of("x", numbers(3))).values().iterator().next().toFloats());
      }
    }
  }

  @Test
  void onlyPackedWeightsAreCopied() throws IOException {
    assumeTrue(ProcessMemory.isKnown());
    Tensor weight = numbers(WIDTH);
    run(true, weight); // What the runtime itself needs.

    Map.Entry<Long, float[]> packed = run(true, weight);
    Map.Entry<Long, float[]> inPlace = run(false, weight);

    assertThat(packed.getKey()).isBetween(BYTES * 9 / 10, BYTES * 3 / 2);
    assertThat(inPlace.getKey()).isLessThan(BYTES / 4);
    for (int i = 0; i < packed.getValue().length; i++) {
      assertThat(inPlace.getValue()[i]).isCloseTo(packed.getValue()[i], within(1e-2f));
    }
  }
}
