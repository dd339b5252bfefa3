package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;

/** Features of whole models, written as folders with recipe weights and loaded from there. */
class GoldenFeaturesTest {
  private static final double TOLERANCE = 5e-5;

  /** Families that no encoder knows yet. One that can be built must be taken off this list. */
  private static final Set<String> NOT_YET = Set.of("coca", "coca-roberta");

  /** The same for models of full size. */
  private static final Set<String> FULL_NOT_YET = Set.of("coca_ViT-B-32");

  @TempDir Path folder;

  @TestFactory
  @Tag("golden-features")
  Stream<DynamicTest> everyTinyModelAnswersLikeTheReference() {
    return tests("features", NOT_YET);
  }

  @TestFactory
  @Tag("golden-features-full")
  @Tag("full")
  Stream<DynamicTest> everyFullModelAnswersLikeTheReference() {
    return tests("features-full", FULL_NOT_YET);
  }

  private Stream<DynamicTest> tests(String golden, Set<String> notYet) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : Goldens.all(golden)) {
      String name = String.valueOf(file.getFileName()).replace(".json", "");
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                Map<String, Object> json = Goldens.object(file);
                if (notYet.contains(name)) {
                  assertNotYet(json);
                } else {
                  compare(name, json);
                }
              }));
    }
    return tests.stream();
  }

  private static Architecture architecture(Map<String, Object> golden) {
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(golden, "model_cfg")));
    return Architecture.of(config, PluginRegistry.create());
  }

  /** A family off the list either has no encoder or, as CoCa, lacks a part of its parameters. */
  private static void assertNotYet(Map<String, Object> golden) {
    Map<String, List<Long>> shapes;
    try {
      shapes = shapes(architecture(golden));
    } catch (OpenClipException e) {
      return;
    }
    assertThat(shapes.equals(expectedShapes(golden)))
        .as("it can be built now: take it off the list")
        .isFalse();
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
    }
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
