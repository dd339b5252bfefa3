package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.openclip.api.image.Augmentation.Erasing;

class RandomErasingTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;
  private static final int PLANE = WIDTH * HEIGHT;
  private static final float UNTOUCHED = 7;

  /** Erases of a picture of one level, which noise never has. */
  private static float[] erase(Erasing settings, long seed) {
    float[] picture = new float[3 * PLANE];
    Arrays.fill(picture, UNTOUCHED);
    new RandomErasing(settings, WIDTH, HEIGHT)
        .apply(FloatBuffer.wrap(picture), new SplittableRandom(seed));
    return picture;
  }

  /** Returns how many pixels are erased, in all channels or in none. */
  private static int erased(float[] picture) {
    int count = 0;
    for (int i = 0; i < PLANE; i++) {
      boolean touched = picture[i] != UNTOUCHED;
      assertThat(picture[PLANE + i] != UNTOUCHED).isEqualTo(touched);
      assertThat(picture[2 * PLANE + i] != UNTOUCHED).isEqualTo(touched);
      count += touched ? 1 : 0;
    }
    return count;
  }

  @Test
  void oneRectangleOfBoundedAreaAndShapeBecomesNoise() {
    int runs = 2000;
    double shares = 0;
    double sum = 0;
    double squares = 0;
    long numbers = 0;
    for (int seed = 0; seed < runs; seed++) {
      float[] picture = erase(new Erasing(1, 1), seed);
      int left = WIDTH;
      int right = -1;
      int top = HEIGHT;
      int bottom = -1;
      for (int i = 0; i < PLANE; i++) {
        if (picture[i] != UNTOUCHED) {
          left = Math.min(left, i % WIDTH);
          right = Math.max(right, i % WIDTH);
          top = Math.min(top, i / WIDTH);
          bottom = Math.max(bottom, i / WIDTH);
          sum += picture[i];
          squares += picture[i] * picture[i];
          numbers++;
        }
      }
      int width = right - left + 1;
      int height = bottom - top + 1;
      assertThat(erased(picture)).as("a full rectangle").isEqualTo(width * height);
      assertThat(width).isBetween(2, WIDTH - 1);
      assertThat(height).isBetween(2, HEIGHT - 1);
      // Sides are rounded, by half a pixel at most.
      assertThat((width + 0.5) * (height + 0.5)).isGreaterThanOrEqualTo(0.02 * PLANE);
      assertThat((width - 0.5) * (height - 0.5)).isLessThanOrEqualTo(PLANE / 3.0);
      assertThat((width + 0.5) / (height - 0.5)).isGreaterThanOrEqualTo(0.3);
      assertThat((width - 0.5) / (height + 0.5)).isLessThanOrEqualTo(1 / 0.3);
      shares += (double) width * height / PLANE;
    }
    // A little less than the middle of both bounds, for long parts do not fit.
    assertThat(shares / runs).isBetween(0.15, 0.178);
    assertThat(sum / numbers).isCloseTo(0, within(0.01));
    assertThat(squares / numbers).isCloseTo(1, within(0.01));
  }

  @Test
  void theProbabilityIsThatOfAPicture() {
    int runs = 4000;
    int touched = 0;
    for (int seed = 0; seed < runs; seed++) {
      touched += erased(erase(new Erasing(0.25, 2), seed)) > 0 ? 1 : 0;
    }
    // Four deviations.
    assertThat(touched).isCloseTo(runs / 4, within(110));
    assertThat(erased(erase(Erasing.NONE, 1))).isZero();
  }

  @Test
  void severalRectanglesShareTheArea() {
    int runs = 2000;
    double shares = 0;
    for (int seed = 0; seed < runs; seed++) {
      double share = (double) erased(erase(new Erasing(1, 4), seed)) / PLANE;
      assertThat(share).isBetween(0.002, 0.42);
      shares += share;
    }
    // Less than of one rectangle, for they overlap.
    assertThat(shares / runs).isBetween(0.14, 0.178);
  }

  @Test
  void aPictureTooSmallForARectangleStaysAsItIs() {
    float[] picture = {1, 2, 3};
    new RandomErasing(new Erasing(1, 1), 1, 1)
        .apply(FloatBuffer.wrap(picture), new SplittableRandom(1));
    assertThat(picture).containsExactly(1, 2, 3);
  }
}
