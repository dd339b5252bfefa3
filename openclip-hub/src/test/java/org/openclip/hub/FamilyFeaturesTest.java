package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;

/**
 * Features of models that other authors publish: weights under the names of their files, against
 * what their own code computed from them.
 */
class FamilyFeaturesTest {
  private static final double TOLERANCE = 5e-5;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyFamilyAnswersLikeItsAuthorsCode() throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.path("families"))) {
      List<Path> found = files.sorted().toList();
      assertThat(found).isNotEmpty();
      return found.stream()
          .map(
              file ->
                  DynamicTest.dynamicTest(
                      String.valueOf(file.getFileName()), () -> compare(Goldens.object(file))));
    }
  }

  private void compare(Map<String, Object> fixture) {
    Architecture architecture =
        Architecture.of(
            ModelConfig.of(Goldens.map(Goldens.get(fixture, "model_cfg"))),
            PluginRegistry.create());
    String name = (String) Goldens.get(fixture, "name");
    Path model = folder.resolve(name);
    Weights weights = StateDict.load(name, published(fixture), name, architecture);
    ModelFolder.write(
        model, architecture.config(), PreprocessConfig.DEFAULT, WeightSource.of(weights));

    double[] shape = Goldens.doubles(Goldens.get(fixture, "image_shape"));
    Tensor pixels =
        Goldens.picture(
            (String) Goldens.get(fixture, "image"), (int) shape[0], (int) shape[2], (int) shape[3]);
    try (ClipModel loaded = OpenClip.load("local-dir:" + model)) {
      Embeddings images = loaded.encodePixels(pixels);
      Embeddings texts = loaded.encodeTokens(Goldens.tokens(Goldens.get(fixture, "tokens")));

      Goldens.assertClose(
          "images", images, Goldens.matrix(Goldens.get(fixture, "image_features")), TOLERANCE);
      Goldens.assertClose(
          "texts", texts, Goldens.matrix(Goldens.get(fixture, "text_features")), TOLERANCE);
      double[][] logits = Goldens.matrix(Goldens.get(fixture, "logits_per_image"));
      float[][] actual = loaded.logits(images, texts);
      for (int i = 0; i < logits.length; i++) {
        for (int j = 0; j < logits[i].length; j++) {
          assertThat((double) actual[i][j]).isCloseTo(logits[i][j], Offset.offset(5e-3));
        }
      }
    }
  }

  /** Returns recipe weights under the names of the authors' files. */
  private static Weights published(Map<String, Object> fixture) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Goldens.map(Goldens.get(fixture, "state_dict"))
        .forEach((name, shape) -> tensors.put(name, RecipeTensors.of(name, shape)));
    return Weights.of(tensors);
  }
}
