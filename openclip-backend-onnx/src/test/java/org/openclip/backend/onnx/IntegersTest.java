package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.BackendException;
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
import org.openclip.backend.onnx.lowering.IntegerRange;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.lowering.Numbers;
import org.openclip.backend.onnx.runtime.OnnxProgram;

/** Weights of 8 bits: the arithmetic of integers, compared with the same in Java. */
class IntegersTest {
  private static final int ROWS = 3;
  private static final int IN = 64;
  private static final int OUT = 24;
  private static final float[] PIXELS = numbers(2 * ROWS * IN, 31, 0.07f);
  private static final float[] BIAS = numbers(OUT, 17, 0.3f);

  @TempDir Path folder;

  private static float[] numbers(int count, int step, float scale) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (i * step % 97 - 40) * scale;
    }
    return numbers;
  }

  private static Tensor weight() {
    ByteBuffer bytes = Tensor.allocate(OUT * IN);
    for (int i = 0; i < OUT * IN; i++) {
      bytes.put(i, (byte) (i * 53 % 255 - 127));
    }
    float[] scales = new float[OUT];
    for (int i = 0; i < OUT; i++) {
      scales[i] = 0.001f * (i + 1);
    }
    return Tensor.quantized(Tensor.of(DataType.INT8, bytes, OUT, IN), Tensor.of(scales, OUT));
  }

  private static Graph graph(long from, long to) {
    GraphBuilder g = new GraphBuilder("integers");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(ROWS), Dim.of(IN));
    Value w = g.parameter("w", Initializer.ZEROS, OUT, IN);
    Value b = g.parameter("b", Initializer.ZEROS, OUT);
    boolean whole = to - from == OUT;
    g.output(
        "y", g.linear(x, whole ? w : g.slice(w, 0, from, to), whole ? b : g.slice(b, 0, from, to)));
    return g.build();
  }

  private static Weights weights() {
    return Weights.of(Map.of("w", weight(), "b", Tensor.of(BIAS, OUT)));
  }

  private static Map<String, Tensor> pixels() {
    return Map.of("x", Tensor.of(PIXELS, 2, ROWS, IN));
  }

  private static float[] run(Precision precision, long from, long to) {
    try (Backend backend =
            new OnnxBackendProvider().open(new BackendOptions(Device.CPU, precision, 2));
        Program program = backend.compile(graph(from, to), weights())) {
      return program.run(pixels()).get("y").toFloats();
    }
  }

  /** Returns the product with inputs rounded to 256 steps between their least and greatest. */
  private static double[] rounded(Tensor weight, int from, int to) {
    float least = 0;
    float most = 0;
    for (float x : PIXELS) {
      least = Math.min(least, x);
      most = Math.max(most, x);
    }
    float step = (most - least) / 255;
    int zero = (int) Math.rint(-least / step);
    ByteBuffer integers = weight.data();
    float[] scales = weight.scales().orElseThrow().toFloats();
    double[] product = new double[2 * ROWS * (to - from)];
    for (int row = 0; row < 2 * ROWS; row++) {
      for (int out = from; out < to; out++) {
        long sum = 0;
        for (int i = 0; i < IN; i++) {
          long x = (long) Math.rint(PIXELS[row * IN + i] / step) + zero;
          sum += (Math.max(0, Math.min(255, x)) - zero) * integers.get(out * IN + i);
        }
        product[row * (to - from) + out - from] = (double) sum * step * scales[out] + BIAS[out];
      }
    }
    return product;
  }

  private static void assertClose(float[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void productsAreThoseOfIntegers() {
    Tensor weight = IntegerRange.ofThisMachine().fit(weight());

    assertClose(run(Precision.INT8, 0, OUT), rounded(weight, 0, OUT), 1e-4);
    assertClose(run(Precision.INT8, 8, 16), rounded(weight, 8, 16), 1e-4);
  }

  @Test
  void inFloatTheyAreWidenedAndInputsAreNotRounded() {
    float[] numbers = weight().toFloats();
    double[] expected = new double[2 * ROWS * OUT];
    for (int row = 0; row < 2 * ROWS; row++) {
      for (int out = 0; out < OUT; out++) {
        double sum = BIAS[out];
        for (int i = 0; i < IN; i++) {
          sum += (double) PIXELS[row * IN + i] * numbers[out * IN + i];
        }
        expected[row * OUT + out] = sum;
      }
    }

    assertClose(run(Precision.FLOAT32, 0, OUT), expected, 1e-4);
  }

  @Test
  void filesHaveThemInTheStandardsWords() throws IOException, OrtException {
    Graph graph = graph(0, OUT);
    Lowered lowered = Lowered.file(graph, weights(), Numbers.of(Precision.INT8, Device.CPU));
    new OnnxFile(folder, false).write("graph.onnx", lowered);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session = environment.createSession(folder.resolve("graph.onnx").toString());

    try (Program program =
        new OnnxProgram(environment, OnnxProgram.Signature.of(graph), List.of(), session, 1)) {
      float[] product = program.run(pixels()).get("y").toFloats();

      // Of seven bits, for nobody knows on which processor the file will run.
      Tensor seven = IntegerRange.SEVEN_BITS.fit(weight());
      assertClose(product, rounded(seven, 0, OUT), 1e-4);
    }
  }

  @Test
  void withoutVnniTwoProductsFitIntoSixteenBits() {
    Processor old = new Processor(true, List.of("AVX2", "AVX-512"));
    Processor today = new Processor(true, List.of("AVX2", "AVX-512", "VNNI"));

    assertThat(IntegerRange.of(old, "amd64")).isEqualTo(IntegerRange.SEVEN_BITS);
    assertThat(IntegerRange.of(new Processor(false, List.of()), "amd64"))
        .isEqualTo(IntegerRange.SEVEN_BITS);
    assertThat(IntegerRange.of(today, "amd64")).isEqualTo(IntegerRange.EIGHT_BITS);
    assertThat(IntegerRange.of(new Processor(true, List.of()), "aarch64"))
        .isEqualTo(IntegerRange.EIGHT_BITS);
    assertThat(2 * 255 * IntegerRange.SEVEN_BITS.largest()).isLessThanOrEqualTo(Short.MAX_VALUE);
    assertThat(2 * 255 * (IntegerRange.SEVEN_BITS.largest() + 2)).isGreaterThan(Short.MAX_VALUE);
  }

  @Test
  void narrowerIntegersAreTheSameNumbersInCoarserSteps() {
    Tensor seven = IntegerRange.SEVEN_BITS.fit(weight());

    ByteBuffer integers = seven.data();
    for (int i = 0; i < OUT * IN; i++) {
      assertThat((int) integers.get(i)).isBetween(-63, 63);
    }
    float[] scales = seven.scales().orElseThrow().toFloats();
    float[] expected = weight().toFloats();
    float[] actual = seven.toFloats();
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(scales[i / IN] * 0.501f));
    }
    assertThat(IntegerRange.EIGHT_BITS.fit(seven)).isSameAs(seven);
  }

  @Test
  void aGpuIsRefused() {
    BackendOptions gpu = new BackendOptions(Device.parse("cuda"), Precision.INT8, 1);

    assertThatThrownBy(() -> new OnnxBackendProvider().open(gpu))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("int8")
        .hasMessageContaining("device cpu");
  }
}
