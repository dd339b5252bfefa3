package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.DenseFeatures;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;

/** Model folders with the weights of an image tower alone, as OpenVision 2 is published. */
class ImageTowerAloneTest {
  private static final Map<String, Object> TEXT =
      Map.of("context_length", 8, "vocab_size", 40, "width", 16, "heads", 2, "layers", 1);

  @TempDir Path folder;

  private static Map<String, Object> fixture() throws IOException {
    return Goldens.object(Fixtures.path("image-tower").resolve("openvision2.json"));
  }

  /** Writes a folder whose tensors have names with or without the scope of the tower. */
  private Path model(String name, boolean scoped, boolean text) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Object entry : (List<?>) Goldens.get(fixture(), "state_dict")) {
      List<?> pair = (List<?>) entry;
      Tensor tensor = RecipeTensors.of("visual." + pair.get(0), pair.get(1));
      tensors.put((scoped ? "visual." : "") + pair.get(0), tensor);
    }
    Map<String, Object> config =
        new LinkedHashMap<>(Goldens.map(Goldens.get(fixture(), "model_cfg")));
    if (text) {
      config.put("text_cfg", TEXT);
    }
    Path place = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        place.resolve(ModelFolder.CONFIG), JSON.std.asString(Map.of("model_cfg", config)));
    SafetensorsWriter.write(
        place.resolve(ModelFolder.CHECKPOINT), WeightSource.of(Weights.of(tensors)), Map.of());
    return place;
  }

  private static Tensor pixels() throws IOException {
    double[] shape = Goldens.doubles(Goldens.get(fixture(), "image_shape"));
    return Goldens.picture(
        (String) Goldens.get(fixture(), "image"), (int) shape[0], (int) shape[2], (int) shape[3]);
  }

  @ParameterizedTest
  @CsvSource({
    "a-tower, false, false",
    "a-tower, true, false",
    "openvision2-vit-tiny-vision-only, true, true",
    "openvision2-vit-tiny-vision-only, false, true",
  })
  void imagesHaveTheFeaturesOfTheAuthors(String name, boolean scoped, boolean text)
      throws IOException {
    try (ClipModel model = OpenClip.load("local-dir:" + model(name, scoped, text))) {
      Goldens.assertClose(
          "images",
          model.encodePixels(pixels()),
          Goldens.matrix(Goldens.get(fixture(), "image_features")),
          5e-5);
      assertThat(model.fingerprint()).isNotEmpty();
      assertThatThrownBy(() -> model.encodeTexts(List.of("a cat")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("without a text tower");
      assertThatThrownBy(model::tokenizer).hasMessageContaining("without a text tower");
      assertThatThrownBy(model::logitScale).hasMessageContaining("without a text tower");
    }
  }

  @Test
  void patchesHaveTheTokensOfTheAuthors() throws IOException {
    List<?> expected = (List<?>) Goldens.get(fixture(), "tokens");
    try (ClipModel model = OpenClip.load("local-dir:" + model("a-tower", true, false))) {
      List<DenseFeatures> dense = model.dense().encodePixels(pixels(), DenseForm.TOKENS);

      assertThat(dense).hasSameSizeAs(expected);
      for (int i = 0; i < dense.size(); i++) {
        double[][] tokens = Goldens.matrix(expected.get(i));
        Goldens.assertClose("patches of image " + i, dense.get(i).tokens(), tokens, 5e-5);
      }
    }
  }

  @Test
  void aFolderWithoutItsTextConfigurationIsNoModelOfTexts() throws IOException {
    // given a model of both towers whose text_cfg is lost
    Path place = Files.createDirectories(folder.resolve("lost"));
    Path whole = Fixtures.path("checkpoints").resolve("vit");
    Files.copy(whole.resolve(ModelFolder.CHECKPOINT), place.resolve(ModelFolder.CHECKPOINT));
    Map<String, Object> config = Goldens.object(whole.resolve(ModelFolder.CONFIG));
    Map<String, Object> model = new LinkedHashMap<>(Goldens.map(config.get("model_cfg")));
    model.remove("text_cfg");
    Files.writeString(
        place.resolve(ModelFolder.CONFIG), JSON.std.asString(Map.of("model_cfg", model)));

    assertThatThrownBy(() -> OpenClip.load("local-dir:" + place))
        .isInstanceOf(WeightsMismatchException.class)
        .hasMessageContaining("token_embedding.weight")
        .hasMessageContaining("The configuration has no text_cfg");
  }

  @Test
  void aTowerRunsInEightBits() throws IOException {
    ModelBuilder builder = OpenClip.model("local-dir:" + model("a-tower", false, false));
    assumeTrue(
        builder.registry().preferred(BackendProvider.class).name().equals("onnx"),
        "TensorFlow has no integers of 8 bits");
    try (ClipModel exact = builder.load();
        ClipModel rounded = builder.precision(Precision.INT8).load()) {
      double[] expected = doubles(exact.encodePixels(pixels()).row(0));
      double[] actual = doubles(rounded.encodePixels(pixels()).row(0));
      assertThat(Goldens.relative(actual, expected)).isBetween(1e-6, 0.05);
    }
  }

  private static double[] doubles(float[] row) {
    double[] doubles = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      doubles[i] = row[i];
    }
    return doubles;
  }

  @Test
  void aSavedTowerIsATowerAgain() throws IOException {
    Path place = model("a-tower", false, false);
    OpenClip.model("local-dir:" + place).saveWeights(folder.resolve("copy"), null);

    try (ClipModel copy = OpenClip.load("local-dir:" + folder.resolve("copy"))) {
      assertThat(copy.architecture().config().imageOnly()).isTrue();
      assertThat(copy.architecture().size().textParameters()).isZero();
      Goldens.assertClose(
          "images",
          copy.encodePixels(pixels()),
          Goldens.matrix(Goldens.get(fixture(), "image_features")),
          5e-5);
    }
  }
}
