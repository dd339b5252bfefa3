package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.openclip.api.tensor.Tensor;

/** Models in 16 bits, as a choice and as checkpoints that have no more. */
@Tag("golden-features")
class GoldenPrecisionTest {
  private static final Map<Precision, Double> TOLERANCE =
      Map.of(Precision.FLOAT32, 5e-5, Precision.FLOAT16, 2e-3, Precision.BFLOAT16, 2e-2);

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

    assertAnswers("local-dir:" + model, golden, precision, TOLERANCE.get(precision));
  }

  private static void assertAnswers(
      String model, Map<String, Object> golden, Precision precision, double tolerance) {
    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    String picture = (String) Goldens.get(golden, "image");
    Tensor pixels = Goldens.picture(picture, (int) shape[0], (int) shape[2], (int) shape[3]);
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
    assertThat(rounded).isNotEmpty();
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
