package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.ResizeMode;

class RandomResizedCropTest {
  private static final PreprocessConfig CONFIG = PreprocessConfig.DEFAULT.withSize(16, 16);

  private static Image noise(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    new SplittableRandom(5).nextBytes(pixels);
    return Image.rgb(width, height, pixels);
  }

  private static float[] run(Augmentation augmentation, Image image, long seed) {
    FloatBuffer out = FloatBuffer.allocate(3 * 16 * 16);
    new RandomResizedCrop(CONFIG, augmentation).augment(image, new SplittableRandom(seed), out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static Augmentation jitter(Map<String, ?> json) {
    return Augmentation.of(json);
  }

  @Test
  void aPictureKeptWholeIsResizedAsInEvaluation() {
    Image image = noise(40, 40);
    Augmentation whole = jitter(Map.of("scale", List.of(1, 1), "ratio", List.of(1, 1)));
    PreprocessConfig squash =
        new PreprocessConfig(
            16,
            16,
            CONFIG.mean(),
            CONFIG.std(),
            CONFIG.interpolation(),
            ResizeMode.SQUASH,
            0,
            false);
    FloatBuffer expected = FloatBuffer.allocate(3 * 16 * 16);
    new StandardPreprocessor(squash).preprocess(image, expected);

    assertThat(run(whole, image, 1)).containsExactly(expected.array());
  }

  @Test
  void theSeedDecidesEverything() {
    Augmentation all =
        jitter(
            Map.of(
                "scale",
                List.of(0.3, 1),
                "color_jitter",
                List.of(0.4, 0.4, 0.4, 0.1),
                "color_jitter_prob",
                0.8,
                "gray_scale_prob",
                0.2));
    Image image = noise(50, 30);

    assertThat(run(all, image, 1)).containsExactly(run(all, image, 1));
    assertThat(run(all, image, 1)).isNotEqualTo(run(all, image, 2));
  }

  @Test
  void aPictureTooLongForEveryPartIsCroppedInTheMiddle() {
    assertThat(run(Augmentation.DEFAULT, noise(1, 400), 1)).hasSize(3 * 16 * 16);
    assertThat(run(Augmentation.DEFAULT, noise(400, 1), 1)).hasSize(3 * 16 * 16);
  }

  @Test
  void greyPicturesHaveOneLevelInAllChannels() {
    byte[] rgb = noise(4, 4).pixels().clone();
    ColorJitter.toGrey(rgb);
    for (int i = 0; i < rgb.length; i += 3) {
      assertThat(rgb[i]).isEqualTo(rgb[i + 1]).isEqualTo(rgb[i + 2]);
    }
    byte[] red = {(byte) 255, 0, 0};
    ColorJitter.toGrey(red);
    assertThat(red).containsOnly(76);
  }

  @Test
  void coloursChangeWithinTheirBounds() {
    byte[] colours = {(byte) 200, 100, 50, 10, 20, 30};
    byte[] same = colours.clone();
    new ColorJitter(jitter(Map.of())).apply(same, new SplittableRandom(1));
    assertThat(same).isEqualTo(colours);

    // Half a turn takes red to cyan: the largest and the smallest channel change places.
    Augmentation turn = jitter(Map.of("color_jitter", List.of(0, 0, 0, 0.5)));
    boolean turned = false;
    for (int seed = 0; seed < 50; seed++) {
      byte[] changed = colours.clone();
      new ColorJitter(turn).apply(changed, new SplittableRandom(seed));
      int max = Math.max(changed[0] & 0xff, Math.max(changed[1] & 0xff, changed[2] & 0xff));
      assertThat(max).isEqualTo(200);
      turned |= (changed[0] & 0xff) < 100;
    }
    assertThat(turned).isTrue();
  }

  @Test
  void wrongConfigurationsAreRefused() {
    assertThatThrownBy(() -> jitter(Map.of("scale", List.of(0.9))))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("aug_cfg.scale");
    assertThatThrownBy(() -> jitter(Map.of("scale", List.of(0.9, 1.5))))
        .hasMessageContaining("0 < min <= max <= 1");
    assertThatThrownBy(() -> jitter(Map.of("use_timm", true))).hasMessageContaining("use_timm");
    assertThatThrownBy(() -> jitter(Map.of("re_prob", 0.1))).hasMessageContaining("re_prob");
  }
}
