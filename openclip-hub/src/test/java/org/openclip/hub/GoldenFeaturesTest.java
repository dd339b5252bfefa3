package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;

/** Features of whole models, written as folders with recipe weights and loaded from there. */
class GoldenFeaturesTest {
  private static final double TOLERANCE = 5e-5;

  @TempDir Path folder;

  @TestFactory
  @Tag("golden-features")
  Stream<DynamicTest> everyTinyModelAnswersLikeTheReference() {
    return tests("features");
  }

  @TestFactory
  @Tag("golden-features-full")
  @Tag("full")
  Stream<DynamicTest> everyFullModelAnswersLikeTheReference() {
    return tests("features-full");
  }

  private Stream<DynamicTest> tests(String golden) {
    return Goldens.all(golden).stream()
        .map(
            file -> {
              String name = String.valueOf(file.getFileName()).replace(".json", "");
              return DynamicTest.dynamicTest(name, () -> compare(name, Goldens.object(file)));
            });
  }

  private static Architecture architecture(Map<String, Object> golden) {
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(golden, "model_cfg")));
    return Architecture.of(config, PluginRegistry.create());
  }

  private void compare(String name, Map<String, Object> golden) {
    Architecture architecture = architecture(golden);

    assertThat(shapes(architecture)).isEqualTo(expectedShapes(golden));
    assertThat(architecture.parameterCount(""))
        .isEqualTo(((Number) Goldens.get(golden, "parameter_count")).longValue());

    Path model = folder.resolve(name);
    ModelFolder.write(
        model, architecture.config(), PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    Tensor pixels =
        Goldens.picture(
            (String) Goldens.get(golden, "image"), (int) shape[0], (int) shape[2], (int) shape[3]);
    try (ClipModel loaded = OpenClip.load("local-dir:" + model)) {
      Embeddings images = loaded.encodePixels(pixels);
      Embeddings texts = loaded.encodeTokens(Goldens.tokens(Goldens.get(golden, "tokens")));

      Goldens.assertClose(
          "images", images, Goldens.matrix(Goldens.get(golden, "image_features")), TOLERANCE);
      Goldens.assertClose(
          "texts", texts, Goldens.matrix(Goldens.get(golden, "text_features")), TOLERANCE);
      double[][] logits = Goldens.matrix(Goldens.get(golden, "logits_per_image"));
      float[][] actual = loaded.logits(images, texts);
      for (int i = 0; i < logits.length; i++) {
        for (int j = 0; j < logits[i].length; j++) {
          assertThat((double) actual[i][j]).isCloseTo(logits[i][j], Offset.offset(5e-3));
        }
      }
      assertThat(loaded.captioner().isPresent())
          .isEqualTo(golden.containsKey("caption_logits_shape"));
      loaded
          .captioner()
          .ifPresent(
              captioner ->
                  compareCaptions(
                      golden,
                      captioner.logits(pixels, Goldens.tokens(Goldens.get(golden, "tokens")))));
    }
  }

  private static void compareCaptions(Map<String, Object> golden, Tensor logits) {
    double[] shape = Goldens.doubles(Goldens.get(golden, "caption_logits_shape"));
    assertThat(Arrays.stream(logits.shape()).asDoubleStream().toArray()).isEqualTo(shape);
    int vocabulary = (int) shape[2];
    double[] row0 = Goldens.doubles(Goldens.get(golden, "caption_logits_row0"));
    double[][] likeliest = Goldens.matrix(Goldens.get(golden, "caption_logits_argmax"));
    FloatBuffer values = logits.data().asFloatBuffer();
    double sum = 0;
    for (int row = 0; row < shape[0] * shape[1]; row++) {
      double[] actual = new double[vocabulary];
      int best = 0;
      for (int i = 0; i < vocabulary; i++) {
        actual[i] = values.get(row * vocabulary + i);
        sum += Math.abs(actual[i]);
        best = actual[i] > actual[best] ? i : best;
      }
      if (row == 0) {
        assertThat(Goldens.relative(actual, row0)).isLessThan(TOLERANCE);
      }
      int length = (int) shape[1];
      assertThat((double) best).isEqualTo(likeliest[row / length][row % length]);
    }
    double total = ((Number) Goldens.get(golden, "caption_logits_abs_sum")).doubleValue();
    assertThat(sum).isCloseTo(total, Offset.offset(1e-5 * total));
  }

  private static Map<String, List<Long>> expectedShapes(Map<String, Object> golden) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    Goldens.map(Goldens.get(golden, "state_dict"))
        .forEach(
            (name, shape) ->
                shapes.put(
                    name, ((List<?>) shape).stream().map(n -> ((Number) n).longValue()).toList()));
    return shapes;
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    for (Parameter p : architecture.parameters().values()) {
      shapes.put(p.name(), Arrays.stream(p.shape().sizes()).boxed().toList());
    }
    return shapes;
  }
}
