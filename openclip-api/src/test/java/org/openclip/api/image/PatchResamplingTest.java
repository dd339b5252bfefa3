package org.openclip.api.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;
import org.openclip.testkit.Recipe;

/** Converted patches give what timm's embeddings of resampled weights give. */
class PatchResamplingTest {
  private static float[] numbers(String name, int side) {
    float[] numbers = new float[3 * side * side];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Recipe.uniform(Recipe.fnv1a(name), i);
    }
    return numbers;
  }

  /** The sides of the patches, the filter, and two features of timm 1.0.29's embedding. */
  @ParameterizedTest
  @CsvSource({
    "6, 4, BICUBIC, 3.7436954975128174, 0.008339881896972656",
    "6, 4, BILINEAR, 4.897823333740234, 0.06539201736450195",
    "4, 6, BICUBIC, -7.674767971038818, 6.0359063148498535",
    "4, 6, BILINEAR, -10.280095100402832, 7.830129623413086",
    "8, 16, BICUBIC, -0.2021387815475464, -11.699707984924316",
    "8, 16, BILINEAR, 0.6387872695922852, -15.839651107788086",
    "16, 14, BICUBIC, 15.582706451416016, -1.1150171756744385",
    "16, 14, BILINEAR, 21.94656753540039, 0.9483978748321533",
    "14, 16, BICUBIC, 5.455363750457764, -7.11116361618042",
    "14, 16, BILINEAR, 1.3747806549072266, -9.001583099365234",
    "32, 16, BICUBIC, -3.7207863330841064, 2.8300161361694336",
    "32, 16, BILINEAR, -6.593014240264893, 0.46447139978408813",
    "1, 16, BICUBIC, -2.1268773078918457, -12.31903076171875",
    "1, 16, BILINEAR, -1.730792760848999, -11.744524002075195",
    "7, 2, BICUBIC, 0.2015729397535324, -0.1889926791191101",
    "7, 2, BILINEAR, 0.26512688398361206, -0.21609333157539368",
    "16, 16, BICUBIC, -9.938000679016113, 8.338705062866211",
  })
  void aConvertedPatchMeetsTheWeightsAsTheyAre(
      int from, int to, ResizeFilter filter, double first, double second) {
    FloatBuffer patch = FloatBuffer.wrap(numbers("x", from));
    FloatBuffer converted = FloatBuffer.allocate(3 * to * to);

    new PatchResampling(from, to, filter).convert(patch, converted);

    assertThat(patch.hasRemaining()).isFalse();
    assertThat(converted.hasRemaining()).isFalse();
    assertThat(product(converted.array(), numbers("w0", to))).isCloseTo(first, within(5e-5));
    assertThat(product(converted.array(), numbers("w1", to))).isCloseTo(second, within(5e-5));
  }

  private static double product(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }

  @Test
  void aResizedPatchIsFoundAgain() {
    // given a patch that is resized from 3 to 5 pixels along both sides
    float[] small = numbers("small", 3);
    double[][] weights = ResizeFilter.BICUBIC.weights(3, 5);
    FloatBuffer large = FloatBuffer.allocate(3 * 5 * 5);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 5; x++) {
        for (int channel = 0; channel < 3; channel++) {
          double sum = 0;
          for (int i = 0; i < 9; i++) {
            sum += weights[y][i / 3] * weights[x][i % 3] * small[3 * i + channel];
          }
          large.put((float) sum);
        }
      }
    }
    FloatBuffer found = FloatBuffer.allocate(3 * 3 * 3);

    new PatchResampling(5, 3, ResizeFilter.BICUBIC).convert(large.flip(), found);

    assertThat(found.array()).containsExactly(small, within(1e-5f));
  }

  @Test
  void thereIsNoPatchOfNoPixels() {
    assertThatThrownBy(() -> new PatchResampling(0, 16, ResizeFilter.BICUBIC))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("patches of 0 and 16 pixels")
        .hasMessageContaining("at least 1");
  }
}
