package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;

/** Models in 16 bits, as a choice and as checkpoints that have no more. */
@Tag("golden-features")
class GoldenPrecisionTest {
  private static final Map<Precision, Double> TOLERANCE =
      Map.of(Precision.FLOAT32, 5e-5, Precision.FLOAT16, 2e-3, Precision.BFLOAT16, 2e-2);

  private static final Map<Precision, DataType> TYPES =
      Map.of(Precision.FLOAT16, DataType.FLOAT16, Precision.BFLOAT16, DataType.BFLOAT16);

  /**
   * The share of a bound that rounding the weights may take. Of the tiny models eva02 is in
   * bfloat16 (1.9e-2 and 1.7e-2 of 2e-2, the others at most 1.34e-2), and two are in float16.
   */
  private static final double ILL_CONDITIONED = 0.75;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyPrecisionStaysWithinItsTolerance() {
    return Stream.of(Precision.FLOAT16, Precision.BFLOAT16)
        .flatMap(
            precision ->
                Goldens.all("features").stream()
                    .map(
                        file ->
                            DynamicTest.dynamicTest(
                                file.getFileName() + " in " + precision,
                                () -> compare(Goldens.object(file), precision))));
  }

  private void compare(Map<String, Object> golden, Precision precision) {
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(golden, "model_cfg")));
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    Path model = folder.resolve(Goldens.get(golden, "name") + "-" + precision);
    ModelFolder.write(model, config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    Path rounded = folder.resolve(Goldens.get(golden, "name") + "-rounded-" + precision);
    OpenClip.model("local-dir:" + model).saveWeights(rounded, TYPES.get(precision));

    double tolerance = TOLERANCE.get(precision);
    Answers expected = Answers.of(golden);
    Answers lost = Answers.of("local-dir:" + rounded, golden, Precision.FLOAT32);
    assumeTrue(
        lost.isWithin(ILL_CONDITIONED * tolerance, expected),
        "rounding the weights alone takes most of the bound: ill-conditioned");
    Answers.of("local-dir:" + model, golden, precision).assertClose(expected, tolerance);
  }

  /** What a model answers to a golden's picture and texts. */
  private record Answers(List<List<Double>> images, List<List<Double>> texts) {
    static Answers of(Map<String, Object> golden) {
      return new Answers(
          rows(Goldens.matrix(Goldens.get(golden, "image_features"))),
          rows(Goldens.matrix(Goldens.get(golden, "text_features"))));
    }

    static Answers of(String model, Map<String, Object> golden, Precision precision) {
      try (ClipModel loaded = OpenClip.model(model).precision(precision).load()) {
        assertThat(loaded.backend()).contains(precision.toString());
        return new Answers(
            rows(loaded.encodePixels(pixels(golden))),
            rows(loaded.encodeTokens(Goldens.tokens(Goldens.get(golden, "tokens")))));
      }
    }

    private static List<List<Double>> rows(double[][] matrix) {
      return Stream.of(matrix).map(row -> DoubleStream.of(row).boxed().toList()).toList();
    }

    private static List<List<Double>> rows(Embeddings embeddings) {
      return IntStream.range(0, embeddings.size())
          .mapToObj(embeddings::row)
          .map(row -> IntStream.range(0, row.length).mapToObj(j -> (double) row[j]).toList())
          .toList();
    }

    boolean isWithin(double bound, Answers others) {
      return worst(images, others.images) < bound && worst(texts, others.texts) < bound;
    }

    void assertClose(Answers expected, double tolerance) {
      assertThat(worst(images, expected.images)).as("images").isLessThan(tolerance);
      assertThat(worst(texts, expected.texts)).as("texts").isLessThan(tolerance);
    }

    /** Returns the largest relative error of a row. */
    private static double worst(List<List<Double>> actual, List<List<Double>> expected) {
      assertThat(actual).hasSameSizeAs(expected);
      double worst = 0;
      for (int i = 0; i < actual.size(); i++) {
        assertThat(actual.get(i)).hasSameSizeAs(expected.get(i));
        double error = 0;
        double length = 0;
        for (int j = 0; j < actual.get(i).size(); j++) {
          error += Math.pow(actual.get(i).get(j) - expected.get(i).get(j), 2);
          length += Math.pow(expected.get(i).get(j), 2);
        }
        double relative = Math.sqrt(error / length);
        worst = relative <= worst ? worst : relative; // NaN stays.
      }
      return worst;
    }
  }

  private static Tensor pixels(Map<String, Object> golden) {
    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    String picture = (String) Goldens.get(golden, "image");
    return Goldens.picture(picture, (int) shape[0], (int) shape[2], (int) shape[3]);
  }

  private static void assertAnswers(
      String model, Map<String, Object> golden, Precision precision, double tolerance) {
    Tensor pixels = pixels(golden);
    try (ClipModel loaded = OpenClip.model(model).precision(precision).load()) {
      assertThat(loaded.backend()).contains(precision.toString());
      Embeddings images = loaded.encodePixels(pixels);
      Embeddings texts = loaded.encodeTokens(Goldens.tokens(Goldens.get(golden, "tokens")));

      Goldens.assertClose(
          "images", images, Goldens.matrix(Goldens.get(golden, "image_features")), tolerance);
      Goldens.assertClose(
          "texts", texts, Goldens.matrix(Goldens.get(golden, "text_features")), tolerance);
    }
  }

  /** What a checkpoint has lost by rounding, no precision brings back; but none loses it again. */
  @Test
  void checkpointsOfSixteenBitsRunInEveryPrecision() {
    List<Path> rounded =
        CheckpointFolders.all().stream().filter(CheckpointFolders::rounded).toList();
    assumeTrue(!rounded.isEmpty(), "no checkpoint here has 16 bits");
    for (Path checkpoint : rounded) {
      double tolerance = CheckpointFolders.tolerance(checkpoint);
      for (Precision precision : Precision.values()) {
        double either = Math.max(tolerance, TOLERANCE.get(precision));
        String model = "local-dir:" + checkpoint;
        assertAnswers(model, CheckpointFolders.features(checkpoint), precision, either);
      }
    }
  }
}
