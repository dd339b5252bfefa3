package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;

/** The augmentation of training on images of any shape. */
class RandomPatchesTest {
  private static final int PATCH = 4;
  private static final int MOST = 24;
  private static final PreprocessConfig CONFIG =
      PreprocessConfig.DEFAULT
          .withSize(16, 16)
          .withResize(Interpolation.BICUBIC, ResizeMode.SHORTEST);

  private static Image noise(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    new SplittableRandom(5).nextBytes(pixels);
    return Image.rgb(width, height, pixels);
  }

  private static Augmentation timm(Map<String, ?> more) {
    Map<String, Object> json = new HashMap<>(more);
    json.put("use_timm", true);
    return Augmentation.of(json);
  }

  /**
   * What an image becomes.
   *
   * @param grid of its patches
   * @param patches row by row
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody asks whether two are equal.
  private record Cut(PatchGrid grid, float[] patches) {
    static Cut of(PreprocessConfig config, Augmentation augmentation, Image image, long seed) {
      FloatBuffer out = FloatBuffer.allocate(3 * PATCH * PATCH * MOST);
      PatchGrid grid =
          new RandomResizedCrop(config, augmentation)
              .cut(image, PATCH, MOST, new SplittableRandom(seed), out);
      assertThat(out.position()).isEqualTo(3 * PATCH * PATCH * grid.size());
      return new Cut(grid, Arrays.copyOf(out.array(), out.position()));
    }
  }

  @Test
  void anImageKeptWholeIsCutAsInEvaluation() {
    Augmentation whole = timm(Map.of("scale", List.of(1, 1), "ratio", List.of(1, 1)));
    for (Image image : List.of(noise(40, 40), noise(90, 20), noise(7, 33))) {
      FloatBuffer out = FloatBuffer.allocate(3 * PATCH * PATCH * MOST);
      PatchGrid grid = new StandardPreprocessor(CONFIG).cut(image, PATCH, MOST, out);

      Cut cut = Cut.of(CONFIG, whole, image, 1);

      assertThat(cut.grid()).isEqualTo(grid);
      assertThat(cut.patches()).isEqualTo(Arrays.copyOf(out.array(), out.position()));
    }
  }

  /** Width and height of an image, and the range of the aspect ratio of parts of it. */
  @ParameterizedTest
  @CsvSource({"400, 100, 3, 5.3334", "100, 400, 0.1875, 0.3334", "200, 200, 0.75, 1.3334"})
  void aPartKeepsTheShapeOfItsImage(int width, int height, double least, double most) {
    Augmentation parts = timm(Map.of("scale", List.of(0.2, 0.4)));
    RandomPart relative =
        new RandomPart(
            parts.minScale(),
            parts.maxScale(),
            parts.minRatio() * width / height,
            parts.maxRatio() * width / height,
            true);
    int different = 0;
    PatchGrid before = null;
    for (int seed = 0; seed < 100; seed++) {
      RandomPart.Part part = relative.draw(width, height, new SplittableRandom(seed)).orElseThrow();
      assertThat((double) part.width() / part.height()).isBetween(least * 0.95, most * 1.05);

      PatchGrid grid = Cut.of(CONFIG, parts, noise(width, height), seed).grid();

      assertThat(grid).isEqualTo(PatchGrid.fit(part.height(), part.width(), PATCH, MOST));
      assertThat(grid.size()).isLessThanOrEqualTo(MOST);
      different += grid.equals(before) ? 0 : 1;
      before = grid;
    }
    assertThat(different).isGreaterThan(10);
  }

  @Test
  void theSeedDecidesEverything() {
    Augmentation all =
        timm(
            Map.of(
                "scale", List.of(0.3, 1),
                "color_jitter", List.of(0.4, 0.4, 0.4, 0.1),
                "re_prob", 0.5));
    Image image = noise(50, 30);

    assertThat(Cut.of(CONFIG, all, image, 1).patches())
        .isEqualTo(Cut.of(CONFIG, all, image, 1).patches())
        .isNotEqualTo(Cut.of(CONFIG, all, image, 2).patches());
  }

  @Test
  void aShapeThatNoPartCanHaveIsCutInTheMiddle() {
    // A part of the whole area and twice the image's aspect ratio does not fit.
    Augmentation wide = timm(Map.of("scale", List.of(1, 1), "ratio", List.of(2, 2)));
    Augmentation high = timm(Map.of("scale", List.of(1, 1), "ratio", List.of(0.5, 0.5)));

    assertThat(Cut.of(CONFIG, wide, noise(80, 80), 1).grid())
        .isEqualTo(PatchGrid.fit(40, 80, PATCH, MOST));
    assertThat(Cut.of(CONFIG, high, noise(80, 80), 1).grid())
        .isEqualTo(PatchGrid.fit(80, 40, PATCH, MOST));
  }

  @Test
  void erasedRectanglesLieInThePictureOfItsOwnShape() {
    Augmentation plain = timm(Map.of("scale", List.of(1, 1), "ratio", List.of(1, 1)));
    Augmentation erased =
        timm(Map.of("scale", List.of(1, 1), "ratio", List.of(1, 1), "re_prob", 1.0));
    Image image = noise(96, 16);
    float[] whole = Cut.of(CONFIG, plain, image, 3).patches();

    float[] changed = Cut.of(CONFIG, erased, image, 3).patches();

    int differing = 0;
    for (int i = 0; i < whole.length; i++) {
      differing += whole[i] == changed[i] ? 0 : 1;
    }
    assertThat((double) differing / whole.length).isBetween(0.005, 0.4);
  }
}
