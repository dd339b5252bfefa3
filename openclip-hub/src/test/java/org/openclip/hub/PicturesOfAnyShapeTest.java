package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.serving.BatchingEmbedder;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.testkit.TinyModels;

/** A NaFlex model sees each picture in its own shape. */
class PicturesOfAnyShapeTest {
  private static final int PATCH = 8;
  private static final int MAX_PATCHES = 16;

  @TempDir private static Path folder;
  private static ClipModel model;

  @BeforeAll
  static void load() {
    Map<String, Object> options =
        Map.of("embed_dim", 32, "depth", 2, "num_heads", 2, "patch_size", PATCH);
    Map<String, Object> vision =
        Map.of(
            "timm_model_name",
            "naflexvit_base_patch16_map",
            "timm_pool",
            "map",
            "image_size",
            32,
            "image_seq_len",
            MAX_PATCHES,
            "timm_model_kwargs",
            options);
    Map<String, Object> config =
        Map.of(
            "embed_dim",
            16,
            "vision_cfg",
            vision,
            "text_cfg",
            Map.of("vocab_size", 100, "width", 16, "heads", 2, "layers", 1));
    model = OpenClip.model(TinyModels.write(folder, config)).batchSize(3).load();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void picturesThatAnEmbedderJoinsAreWhatEachIsAlone() throws Exception {
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model)) {
      List<PictureSource> sources =
          List.of(
              PictureSource.image("wide", picture(90, 30)),
              PictureSource.image("small", picture(8, 8)),
              PictureSource.image("tall", picture(20, 100)));

      List<Future<float[]>> rows = embedder.submitAll(List.of(), sources);

      for (int i = 0; i < rows.size(); i++) {
        float[] alone = model.embed(sources.get(i));
        float[] row = rows.get(i).get();
        for (int j = 0; j < alone.length; j++) {
          assertThat(row[j]).isCloseTo(alone[j], within(2e-6f));
        }
      }
    }
  }

  @Test
  void picturesOfSeveralShapesInABatchAreWhatEachIsAlone() {
    List<Image> pictures =
        List.of(picture(90, 30), picture(8, 8), picture(20, 100), picture(33, 31));

    Embeddings together = model.encodePictures(pictures);

    for (int i = 0; i < pictures.size(); i++) {
      float[] alone = model.encodePictures(List.of(pictures.get(i))).row(0);
      assertThat(together.row(i)).containsExactly(alone, within(1e-5f));
    }
  }

  @Test
  void aPictureOfWholePatchesIsNeitherResizedNorCropped() {
    // given a picture that fills the largest grid of its shape
    Image picture = picture(8 * PATCH, 2 * PATCH);
    assertThat(PatchGrid.fit(picture.height(), picture.width(), PATCH, MAX_PATCHES))
        .isEqualTo(new PatchGrid(2, 8, PATCH));

    // when it is normalised by hand
    float[] pixels = new float[3 * picture.width() * picture.height()];
    int plane = pixels.length / 3;
    for (int i = 0; i < pixels.length; i++) {
      int level = picture.pixels()[i % plane * 3 + i / plane] & 0xff;
      double mean = model.preprocessor().config().mean().get(i / plane);
      double std = model.preprocessor().config().std().get(i / plane);
      pixels[i] = (float) ((level / 255.0 - mean) / std);
    }
    Tensor tensor = Tensor.of(pixels, 1, 3, picture.height(), picture.width());

    // then it has the features of its pixels
    assertThat(model.encodePictures(List.of(picture)).row(0))
        .containsExactly(model.encodePixels(tensor).row(0), within(1e-5f));
  }

  @Test
  void otherColourModesAreMadeRgbFirst() {
    Image grey = new Image(40, 10, ColorMode.GREY, noise(400), null, 1);
    byte[] rgb = new byte[1200];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = grey.pixels()[i / 3];
    }
    Image same = new Image(40, 10, ColorMode.RGB, rgb, null, 1);

    Embeddings embeddings = model.encodePictures(List.of(grey, same));

    assertThat(embeddings.row(0)).containsExactly(embeddings.row(1), within(1e-6f));
  }

  @Test
  void anotherNumberOfPatchesIsAMatterOfTheConfiguration() {
    try (ClipModel finer =
        OpenClip.model("local-dir:" + folder).override("vision_cfg.image_seq_len", 64).load()) {
      Image picture = picture(64, 64);

      assertThat(finer.encodePictures(List.of(picture)).row(0))
          .isNotEqualTo(model.encodePictures(List.of(picture)).row(0));
    }
  }

  @Test
  void aPictureThatNoScaleFitsIsRefused() {
    Image line = new Image(20_000_000, 1, ColorMode.GREY, new byte[20_000_000], null, 1);

    assertThatThrownBy(() -> model.encodePictures(List.of(picture(9, 9), line)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 x 20000000 pixels is too large for 16 patches of 8 pixels");
  }

  @Test
  void pixelsThatAreNoWholePatchesAreRefused() {
    assertThatThrownBy(() -> model.encodePixels(Tensor.of(new float[3 * 8 * 12], 1, 3, 8, 12)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the patch size 8 pixels");
  }

  @Test
  void aLimitBelowOnePatchIsRefused() {
    assertThatThrownBy(
            () ->
                OpenClip.model("local-dir:" + folder)
                    .override("vision_cfg.image_seq_len", 0)
                    .load())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.image_seq_len");
  }

  private static Image picture(int width, int height) {
    return new Image(width, height, ColorMode.RGB, noise(3 * width * height), null, 1);
  }

  private static byte[] noise(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
