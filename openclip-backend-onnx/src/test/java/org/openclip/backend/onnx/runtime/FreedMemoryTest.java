package org.openclip.backend.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.CFunctions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.OnnxBackendProvider;
import org.openclip.testkit.JavaProcess;
import org.openclip.testkit.ProcessMemory;

/** What the runtime copies while it opens a model of 8 bits does not stay in memory. */
class FreedMemoryTest {
  private static final int LAYERS = 24;
  private static final int NARROW = 1024;
  private static final int WIDE = 2048;
  private static final long BYTES = (long) LAYERS * NARROW * WIDE;

  @TempDir Path folder;

  /** Returns numbers that differ from layer to layer, for equal matrices would be shared. */
  private static ByteBuffer integers(int layer) {
    ByteBuffer integers = Tensor.allocate((long) NARROW * WIDE);
    for (int i = 0; i < integers.capacity(); i++) {
      integers.put(i, (byte) (i * 53 % (200 + layer) - 100));
    }
    return integers;
  }

  private static Graph layers(Map<String, Tensor> weights) {
    GraphBuilder g = new GraphBuilder("layers");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(NARROW));
    for (int i = 0; i < LAYERS; i++) {
      int from = i % 2 == 0 ? NARROW : WIDE;
      int to = NARROW + WIDE - from;
      String name = "w" + i;
      weights.put(
          name,
          Tensor.quantized(
              Tensor.of(DataType.INT8, integers(i), to, from), Tensor.of(new float[to], to)));
      x =
          g.gelu(
              g.linear(x, g.parameter(name, Initializer.ZEROS, to, from), null),
              NeuralOp.GeluForm.ERF);
    }
    g.output("y", x);
    return g.build();
  }

  /** Prints by how many bytes a model makes the process grow. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) throws IOException {
      Map<String, Tensor> weights = new HashMap<>();
      Graph graph = layers(weights);
      BackendOptions options = new BackendOptions(Device.CPU, Precision.INT8, 2);
      try (Backend backend = new OnnxBackendProvider().open(options)) {
        long before = ProcessMemory.bytes("RssAnon");
        Program program = backend.compile(graph, Weights.of(weights));
        System.out.println(ProcessMemory.bytes("RssAnon") - before);
        program.close();
      }
    }
  }

  @Test
  void copiesOfMatricesAreGivenBack() throws Exception {
    assumeTrue(ProcessMemory.isKnown() && CFunctions.permitted(FreedMemory.class));

    JavaProcess.Run run =
        new JavaProcess(folder)
            .options("--enable-native-access=ALL-UNNAMED", "-Xmx64m")
            .run(Opening.class);

    assertThat(Long.parseLong(run.out().strip())).as(run.err()).isBetween(BYTES, BYTES * 3 / 2);
  }
}
