package org.openclip.hub.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;

/** Models written for a runtime and run by its own interface, on the reference's answers. */
class ModelExportTest {
  @TempDir Path folder;

  private final ExportedFormat format = ExportedFormat.ofBackend();

  /** One golden of each way in which a tower is built or its scores are made. */
  @TestFactory
  @Tag("golden-features")
  Stream<DynamicTest> exportedModelsAnswerLikeTheReference() {
    Map<String, Map<String, Object>> kinds = new TreeMap<>();
    for (Path file : Goldens.all("features")) {
      Map<String, Object> golden = Goldens.object(file);
      kinds.putIfAbsent(kind(golden), golden);
    }
    return kinds.entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> compare(each.getValue())));
  }

  /** Names the image tower's family, and the activation and scores where they are not CLIP's. */
  private static String kind(Map<String, Object> golden) {
    Map<String, Object> config = Goldens.map(Goldens.get(golden, "model_cfg"));
    Map<String, Object> vision = Goldens.map(Goldens.get(config, "vision_cfg"));
    Object timm = vision.get("timm_model_name");
    String tower = vision.get("layers") instanceof List<?> ? "resnet" : "vit";
    return (timm == null ? tower : "timm " + timm.toString().replaceFirst("\\d*_.*", ""))
        + (Boolean.TRUE.equals(config.get("quick_gelu")) ? ", quick gelu" : "")
        + (config.get("init_logit_bias") == null ? "" : ", sigmoid");
  }

  private void compare(Map<String, Object> golden) throws Exception {
    String name = (String) Goldens.get(golden, "name");
    Path exported = folder.resolve(name + "-exported");
    OpenClip.model(write(name, golden)).backend(format.backend()).export(exported);

    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    Tensor image =
        Goldens.picture(
            (String) Goldens.get(golden, "image"), (int) shape[0], (int) shape[2], (int) shape[3]);
    List<?> rows = (List<?>) Goldens.get(golden, "tokens");
    List<Long> ids = new ArrayList<>();
    rows.forEach(row -> ((List<?>) row).forEach(id -> ids.add(((Number) id).longValue())));
    Tensor text =
        Tensor.of(
            ids.stream().mapToLong(id -> id).toArray(), rows.size(), ids.size() / rows.size());
    assertClose(
        format.run(exported, "encode_image", "features", Map.of("pixels", image)),
        Goldens.matrix(Goldens.get(golden, "image_features")));
    assertClose(
        format.run(exported, "encode_text", "features", Map.of("tokens", text)),
        Goldens.matrix(Goldens.get(golden, "text_features")));
    Map<String, Tensor> both = Map.of("pixels", image, "tokens", text);
    float[][] logits = format.run(exported, "classify", "logits_per_image", both);
    double[][] expected = Goldens.matrix(Goldens.get(golden, "logits_per_image"));
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertThat((double) logits[i][j]).isCloseTo(expected[i][j], within(5e-3));
      }
    }
  }

  private String write(String name, Map<String, Object> golden) {
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(golden, "model_cfg")));
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    Path model = folder.resolve(name);
    ModelFolder.write(model, config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    return "local-dir:" + model;
  }

  private static void assertClose(float[][] actual, double[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      double[] row = new double[actual[i].length];
      for (int j = 0; j < row.length; j++) {
        row[j] = actual[i][j];
      }
      assertThat(Goldens.relative(row, expected[i])).isLessThan(5e-5);
    }
  }

  @Test
  void whatElseItTakesLiesBeside() throws Exception {
    Path model = folder.resolve("tiny");
    Path exported = folder.resolve("tiny-exported");
    String name = TinyModels.write(model);
    Files.writeString(model.resolve("merges.txt"), "a b");

    List<Path> files =
        OpenClip.model(name).backend(format.backend()).precision(format.half()).export(exported);

    assertThat(files).allMatch(Files::isRegularFile);
    Map<String, Object> facts = Goldens.object(exported.resolve("openclip.json"));
    assertThat(facts)
        .containsEntry("format", format.format())
        .containsEntry("precision", format.half().toString())
        .containsEntry("probabilities", "softmax over texts")
        .containsEntry(
            "files", Stream.concat(format.files().stream(), Stream.of("merges.txt")).toList());
    assertThat(Goldens.map(Goldens.get(facts, "preprocess_cfg")))
        .containsKeys("size", "mean", "std", "interpolation", "resize_mode");
    Map<String, Object> tokenizer = Goldens.map(Goldens.get(facts, "tokenizer"));
    assertThat(tokenizer)
        .containsEntry("context_length", 77)
        .containsEntry("vocabulary_size", 49408)
        .containsEntry("files", List.of("merges.txt"));
    List<?> example = (List<?>) Goldens.get(Goldens.map(tokenizer.get("example")), "tokens");
    assertThat(example).hasSize(77);
    assertThat(example.subList(0, 8).toString())
        .isEqualTo("[49406, 320, 1125, 539, 320, 2368, 49407, 0]");
  }

  @Test
  void anUnknownBackendIsNamedAndNothingIsWritten() {
    String name = TinyModels.write(folder.resolve("tiny"));
    Path exported = folder.resolve("nowhere");

    assertThatThrownBy(() -> OpenClip.model(name).backend("onyx").export(exported))
        .hasMessageContaining("onyx")
        .hasMessageContaining(format.backend());
    assertThat(exported).doesNotExist();
  }
}
