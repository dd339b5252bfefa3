package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.naming.TransformersForm;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.TinyCatalogue;

/**
 * QuickGELU and GELU cannot be told by a checkpoint's tensors: what stands beside it tells, and
 * where nothing does, doubtful weights are refused instead of answering wrongly.
 */
class ActivationTest {
  private static final String QUICK =
      """
      {"model_type": "clip", "text_config": {"hidden_act": "quick_gelu"},
       "vision_config": {"hidden_act": "quick_gelu", "patch_size": 8}}
      """;
  private static final String PLAIN =
      """
      {"model_type": "clip", "text_config": {"hidden_act": "quick_gelu"},
       "text_config_dict": {"hidden_act": "gelu"}, "vision_config": {"hidden_act": "gelu"},
       "vision_config_dict": null}
      """;

  @TempDir Path folder;
  private PluginRegistry plugins = PluginRegistry.create();
  private Path file = Path.of("");

  /** Writes a tiny model as transformers holds it, without any configuration. */
  @BeforeEach
  void writeWeights() throws IOException {
    plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    Weights ours =
        FreshWeights.hash(OpenClip.model("tiny-16").plugins(plugins).architecture()).toWeights();
    file = folder.resolve("clip/model.safetensors");
    SafetensorsWriter.write(file, WeightSource.of(TransformersForm.clipOf(ours)), Map.of());
  }

  private void beside(String name, String json) throws IOException {
    Files.writeString(file.resolveSibling(name), json);
  }

  private ModelBuilder tiny() {
    return OpenClip.model("tiny-16").plugins(plugins).pretrained(file.toString());
  }

  private static boolean isQuick(ModelBuilder builder) {
    return builder.architecture().config().quickGelu();
  }

  private static float[] features(ModelBuilder builder) {
    try (ClipModel model = builder.load()) {
      return model.encodeTexts(List.of("a cat in the snow")).row(0);
    }
  }

  @Test
  void theConfigurationBesideTheWeightsTells() throws IOException {
    float[] quick = features(tiny().override("quick_gelu", true));
    float[] plain = features(tiny().override("quick_gelu", false));
    assertThat(quick).as("the choice matters").isNotEqualTo(plain);

    beside("config.json", QUICK);
    assertThat(features(tiny())).isEqualTo(quick);
    assertThat(features(tiny().pretrained(file.getParent().toString())))
        .as("the folder in the place of the file")
        .isEqualTo(quick);
    assertThat(isQuick(tiny().override("quick_gelu", false))).as("the user's word").isFalse();

    beside("config.json", PLAIN);
    assertThat(features(tiny())).isEqualTo(plain);
  }

  @Test
  void whatItDoesNotSayIsTheLibrarysDefault() throws IOException {
    beside("config.json", "{\"model_type\": \"clip\", \"projection_dim\": 16}");

    assertThat(isQuick(tiny())).isTrue();
  }

  @Test
  void activationsThatNoModelHasAreRefused() throws IOException {
    beside("config.json", QUICK.replaceFirst("quick_gelu", "gelu"));
    assertThatThrownBy(() -> tiny().load())
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining("'gelu' for the text tower and 'quick_gelu' for the image tower");

    beside("config.json", QUICK.replace("quick_gelu", "relu"));
    assertThatThrownBy(() -> tiny().load())
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("hidden_act 'relu'");
  }

  @Test
  void withoutAWordTheyAreRefused() throws IOException {
    beside("config.json", "{\"architecture\": \"vit_base_patch32_clip_224\"}");

    assertThatThrownBy(() -> tiny().load())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file + " is a Hugging Face transformers checkpoint")
        .hasMessageContaining("put its config.json into the same folder")
        .hasMessageContaining("--set quick_gelu=true or false");
  }

  @Test
  void picturesArePreparedAsTheLibraryPreparesThem() throws IOException {
    beside("config.json", QUICK);
    beside(
        "preprocessor_config.json",
        """
        {"do_center_crop": true, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6],
         "resample": 2, "size": {"shortest_edge": 32}}
        """);

    assertThat(tiny().preprocessing().mean()).containsExactly(0.1, 0.2, 0.3);
    assertThat(tiny().preprocessing().std()).containsExactly(0.4, 0.5, 0.6);
    assertThat(tiny().preprocessing().interpolation()).isEqualTo(Interpolation.BILINEAR);
    assertThat(tiny().preprocessing().resizeMode()).isEqualTo(ResizeMode.SHORTEST);

    beside("config.json", "{\"model_type\": \"siglip\"}");
    beside(
        "preprocessor_config.json", "{\"resample\": 3, \"size\": {\"height\": 32, \"width\": 32}}");
    assertThat(tiny().preprocessing().mean()).containsExactly(0.5, 0.5, 0.5);
    assertThat(tiny().preprocessing().resizeMode()).isEqualTo(ResizeMode.SQUASH);
    assertThat(isQuick(tiny())).as("the model's own activation").isFalse();
  }

  @Test
  void theNamesOfALibraryTellItsPictures() {
    Path siglip = folder.resolve("siglip.safetensors");
    Tensor one = Tensor.of(new float[] {1}, 1);
    Map<String, Tensor> names =
        Map.of("params/img/embedding/kernel", one, "params/txt/head/bias", one);
    SafetensorsWriter.write(siglip, WeightSource.of(Weights.of(names)), Map.of());

    ModelBuilder known = tiny().pretrained(siglip.toString());

    assertThat(known.preprocessing().mean()).as("big_vision").containsExactly(0.5, 0.5, 0.5);
    assertThat(known.preprocessing().resizeMode()).isEqualTo(ResizeMode.SQUASH);
    assertThat(known.preprocess("resize_mode", "longest").preprocessing().resizeMode())
        .as("the user's word")
        .isEqualTo(ResizeMode.LONGEST);
    assertThat(tiny().preprocessing()).as("CLIP").isEqualTo(tinyPictures());
  }

  private PreprocessConfig tinyPictures() {
    return OpenClip.model("tiny-16").plugins(plugins).preprocessing();
  }
}
