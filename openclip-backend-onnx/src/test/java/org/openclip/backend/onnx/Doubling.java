package org.openclip.backend.onnx;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** A program for processes of their own: it doubles two numbers, or says why it cannot. */
final class Doubling {
  private static final Weights WEIGHTS =
      Weights.of(Map.of("w", Tensor.of(new float[] {2, 0, 0, 2}, 2, 2)));

  private Doubling() {}

  /**
   * Runs it.
   *
   * @param arguments {@code later} to double once more in a shutdown hook, after others have run
   */
  public static void main(String[] arguments) {
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        Backend backend = new OnnxBackendProvider().open(BackendOptions.DEFAULT);
        Program program = backend.compile(graph(), WEIGHTS);
        print(program);
        if (arguments.length > 0) {
          Runtime.getRuntime().addShutdownHook(new Thread(() -> later(backend, program)));
          return;
        }
        backend.close();
      } catch (OpenClipException e) {
        System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
      }
    }
  }

  private static void later(Backend backend, Program program) {
    try {
      TimeUnit.MILLISECONDS.sleep(500);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    print(program);
    print(backend.compile(graph(), WEIGHTS));
    try {
      new OnnxBackendProvider().open(BackendOptions.DEFAULT);
    } catch (OpenClipException e) {
      System.out.println(e.getClass().getSimpleName());
    }
    backend.close();
    System.out.println("closed");
  }

  private static Graph graph() {
    GraphBuilder graph = new GraphBuilder("doubling");
    Value in = graph.input("in", DataType.FLOAT32, Dim.BATCH, Dim.of(2));
    graph.output("out", graph.linear(in, graph.parameter("w", Initializer.ZEROS, 2, 2), null));
    return graph.build();
  }

  private static void print(Program program) {
    Tensor out =
        program.run(Map.of("in", Tensor.of(new float[] {3, 4}, 1, 2))).values().iterator().next();
    System.out.println(Arrays.toString(out.toFloats()));
  }
}
