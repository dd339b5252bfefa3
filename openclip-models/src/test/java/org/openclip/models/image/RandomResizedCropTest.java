package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;

class RandomResizedCropTest {
  private static final PreprocessConfig CONFIG = PreprocessConfig.DEFAULT.withSize(16, 16);

  private static Image noise(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    new SplittableRandom(5).nextBytes(pixels);
    return Image.rgb(width, height, pixels);
  }

  private static float[] run(Augmentation augmentation, Image image, long seed) {
    return run(CONFIG, augmentation, image, seed);
  }

  private static float[] run(
      PreprocessConfig config, Augmentation augmentation, Image image, long seed) {
    FloatBuffer out = FloatBuffer.allocate(3 * 16 * 16);
    new RandomResizedCrop(config, augmentation).augment(image, new SplittableRandom(seed), out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static Augmentation jitter(Map<String, ?> json) {
    return Augmentation.of(json);
  }

  @Test
  void aPictureKeptWholeIsResizedAsInEvaluation() {
    Image image = noise(40, 40);
    Augmentation whole = whole(Map.of());

    assertThat(run(whole, image, 1)).containsExactly(resized(image, Interpolation.BICUBIC));
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

  /** Returns the whole picture, resized by a filter. */
  private static float[] resized(Image image, Interpolation filter) {
    FloatBuffer out = FloatBuffer.allocate(3 * 16 * 16);
    new StandardPreprocessor(CONFIG.withResize(filter, ResizeMode.SQUASH)).preprocess(image, out);
    return out.array();
  }

  private static Augmentation whole(Map<String, ?> more) {
    Map<String, Object> json = new HashMap<>(more);
    json.put("scale", List.of(1, 1));
    json.put("ratio", List.of(1, 1));
    return Augmentation.of(json);
  }

  @Test
  void timmResizesByTheFilterOfThePreprocessing() {
    Image image = noise(40, 40);
    float[] bilinear = resized(image, Interpolation.BILINEAR);
    float[] bicubic = resized(image, Interpolation.BICUBIC);
    assertThat(bilinear).isNotEqualTo(bicubic);
    assertThat(resized(image, Interpolation.RANDOM)).isEqualTo(bicubic);

    Augmentation timm = whole(Map.of("use_timm", true));
    PreprocessConfig config = CONFIG.withResize(Interpolation.BILINEAR, ResizeMode.SHORTEST);
    assertThat(run(config, timm, image, 1)).isEqualTo(bilinear);
    assertThat(run(config, whole(Map.of()), image, 1)).isEqualTo(bicubic);

    PreprocessConfig drawn = CONFIG.withResize(Interpolation.RANDOM, ResizeMode.SHORTEST);
    int both = 0;
    for (int seed = 0; seed < 400; seed++) {
      float[] found = run(drawn, timm, image, seed);
      assertThat(found).isIn(bilinear, bicubic);
      both += Arrays.equals(found, bilinear) ? 1 : 0;
    }
    // Four deviations.
    assertThat(both).isBetween(160, 240);
  }

  @Test
  void timmErasesAPartOfTheNormalisedPictureAndNothingBesideIt() {
    Image image = noise(40, 40);
    float[] bicubic = resized(image, Interpolation.BICUBIC);
    Augmentation timm = whole(Map.of("use_timm", true, "re_prob", 1.0));
    FloatBuffer out = FloatBuffer.allocate(2 + bicubic.length + 2);
    out.position(2).limit(out.capacity() - 2);

    new RandomResizedCrop(CONFIG, timm).augment(image, new SplittableRandom(1), out);

    assertThat(out.hasRemaining()).isFalse();
    float[] found = Arrays.copyOfRange(out.array(), 2, 2 + bicubic.length);
    int erased = 0;
    for (int i = 0; i < found.length; i++) {
      erased += found[i] == bicubic[i] ? 0 : 1;
    }
    assertThat(erased).isBetween(3 * 4, 3 * 16 * 16 * 2 / 5).isEqualTo(erased / 3 * 3);
    float[] all = out.array();
    assertThat(new float[] {all[0], all[1], all[all.length - 2], all[all.length - 1]})
        .containsOnly(0);
  }

  @Test
  void coloursChangeByTheFactorsThatAreDrawn() {
    byte[] colours = {(byte) 200, 100, 50, 10, 20, 31};
    // The largest factor of brightness, 1.5; what exceeds white is white, fractions are cut off.
    assertThat(jittered(colours, 0.5, 0, 0)).containsExactly(255, 150, 75, 15, 30, 46);
    // The contrast to the mean grey, 71: (124 + 19) / 2, rounded.
    assertThat(jittered(colours, 0, 0.5, 0)).containsExactly(255, 114, 39, 0, 0, 11);
    // The distance of every pixel from its own grey, 124 and 18.
    assertThat(jittered(colours, 0, 0, 0.5)).containsExactly(238, 88, 13, 6, 21, 37);
  }

  /** Applies the largest factors, in the order of brightness, contrast, saturation. */
  private static int[] jittered(byte[] colours, double b, double c, double s) {
    byte[] rgb = colours.clone();
    RandomGenerator largest =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return -1;
          }

          @Override
          public double nextDouble() {
            return 1;
          }

          @Override
          public int nextInt(int bound) {
            return bound - 1;
          }
        };
    new ColorJitter(Augmentation.of(Map.of("color_jitter", List.of(b, c, s, 0))))
        .apply(rgb, largest);
    int[] levels = new int[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      levels[i] = rgb[i] & 0xff;
    }
    return levels;
  }
}
