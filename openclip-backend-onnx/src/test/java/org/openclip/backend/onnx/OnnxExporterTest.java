package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** Exported files, run by ONNX Runtime alone. */
class OnnxExporterTest {
  private static final int WIDTH = 32;

  @TempDir Path folder;

  /** Two towers of one layer each: the mean of the pixels' rows, the mean of the tokens' rows. */
  private static ExportableModel model(Precision precision) {
    GraphBuilder image = new GraphBuilder("image");
    Value pixels = image.input("pixels", DataType.FLOAT32, Dim.BATCH, Dim.of(3), Dim.of(WIDTH));
    Value hidden =
        image.linear(pixels, image.parameter("visual.w", Initializer.ZEROS, WIDTH, WIDTH), null);
    image.output("features", image.reduce(hidden, Reduction.MEAN, 1));

    GraphBuilder text = new GraphBuilder("text");
    Value tokens = text.input("tokens", DataType.INT64, Dim.BATCH, Dim.LENGTH);
    Value rows = text.embedding(text.parameter("table", Initializer.ZEROS, 50, WIDTH), tokens);
    text.output("features", text.reduce(rows, Reduction.MEAN, 1));

    GraphBuilder scores = new GraphBuilder("scores");
    Value a = scores.input("image_features", DataType.FLOAT32, Dim.symbol("images"), Dim.of(WIDTH));
    Value b = scores.input("text_features", DataType.FLOAT32, Dim.symbol("texts"), Dim.of(WIDTH));
    Value scale = scores.parameter("logit_scale", Initializer.ZEROS);
    Value logits = scores.times(scores.matMulTransposed(a, b), scale);
    scores.output("logits_per_image", logits);
    scores.output("probabilities", scores.softmax(logits, 1));

    Random random = new Random(3);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("visual.w", normal(random, WIDTH, WIDTH));
    weights.put("table", normal(random, 50, WIDTH));
    weights.put("logit_scale", Tensor.of(new float[] {0.25f}));
    return new ExportableModel(
        "toy", image.build(), text.build(), scores.build(), Weights.of(weights), precision);
  }

  private static Tensor normal(Random random, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.count(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, shape);
  }

  @Test
  void smallModelsHaveTheirWeightsInside() throws Exception {
    List<Path> files = new OnnxExporter().export(model(Precision.FLOAT32), folder);

    assertThat(files)
        .extracting(file -> folder.relativize(file).toString())
        .containsExactly("encode_image.onnx", "encode_text.onnx", "classify.onnx");
    assertThat(folder).isDirectoryNotContaining("glob:**.data");
    assertNumbers(1e-5);
  }

  @Test
  void largeModelsHaveThemBesideAndTheClassifierSharesThem() throws Exception {
    List<Path> files = new OnnxExporter(1000).export(model(Precision.FLOAT32), folder);

    assertThat(files)
        .extracting(file -> folder.relativize(file).toString())
        .containsExactly(
            "encode_image.onnx",
            "encode_image.onnx.data",
            "encode_text.onnx",
            "encode_text.onnx.data",
            "classify.onnx");
    assertThat(folder.resolve("encode_text.onnx.data")).hasSize(50 * WIDTH * 4);
    assertNumbers(1e-5);
  }

  @Test
  void halfPrecisionsHalveTheFiles() throws Exception {
    long full = size(Precision.FLOAT32);
    for (Precision precision : List.of(Precision.FLOAT16, Precision.BFLOAT16)) {
      assertThat(size(precision)).as(precision.toString()).isLessThan(full * 6 / 10);
      assertNumbers(precision == Precision.FLOAT16 ? 5e-3 : 4e-2);
    }
  }

  private long size(Precision precision) throws IOException {
    new OnnxExporter().export(model(precision), folder);
    return Files.size(folder.resolve("encode_image.onnx"));
  }

  /** Compares with the formulas, written out; the batches of pictures and texts differ. */
  private void assertNumbers(double tolerance) throws OrtException {
    Weights weights = model(Precision.FLOAT32).weights();
    float[] pixels = normal(new Random(5), 2, 3, WIDTH).toFloats();
    long[] tokens = {1, 49, 7, 7, 0, 30, 2, 2, 2, 11, 12, 13};
    double[][] image = new double[2][WIDTH];
    float[] w = weights.get("visual.w").toFloats();
    for (int i = 0; i < 2 * 3 * WIDTH * WIDTH; i++) {
      int out = i % WIDTH;
      int in = i / WIDTH % WIDTH;
      int row = i / WIDTH / WIDTH;
      image[row / 3][out] += pixels[row * WIDTH + in] * (double) w[out * WIDTH + in] / 3;
    }
    double[][] text = new double[3][WIDTH];
    float[] table = weights.get("table").toFloats();
    for (int i = 0; i < tokens.length * WIDTH; i++) {
      int token = i / WIDTH;
      text[token / 4][i % WIDTH] += table[(int) tokens[token] * WIDTH + i % WIDTH] / 4.0;
    }
    double[][] logits = new double[2][3];
    for (int i = 0; i < 2 * 3 * WIDTH; i++) {
      int k = i % WIDTH;
      int j = i / WIDTH % 3;
      logits[i / WIDTH / 3][j] += 0.25 * image[i / WIDTH / 3][k] * text[j][k];
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor picture =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(pixels), new long[] {2, 3, WIDTH});
        OnnxTensor words =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(tokens), new long[] {3, 4})) {
      assertClose(run("encode_image", "features", Map.of("pixels", picture)), image, tolerance);
      assertClose(run("encode_text", "features", Map.of("tokens", words)), text, tolerance);
      Map<String, OnnxTensor> both = Map.of("pixels", picture, "tokens", words);
      assertClose(run("classify", "logits_per_image", both), logits, tolerance);
      for (float[] row : run("classify", "probabilities", both)) {
        assertThat(row[0] + row[1] + row[2]).isCloseTo(1, within(1e-3f));
      }
    }
  }

  private float[][] run(String program, String output, Map<String, OnnxTensor> inputs)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session =
            environment.createSession(folder.resolve(program + ".onnx").toString());
        OrtSession.Result result = session.run(inputs)) {
      return (float[][]) result.get(output).orElseThrow().getValue();
    }
  }

  private static void assertClose(float[][] actual, double[][] expected, double tolerance) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertThat((double) actual[i][j]).isCloseTo(expected[i][j], within(tolerance));
      }
    }
  }
}
