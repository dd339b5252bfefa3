package org.openclip.hub.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** Positional embeddings stretched as Long-CLIP's. */
class StretchedContextTest {
  private static final int WIDTH = 3;

  private static float[] random(int count) {
    Random random = new Random(5);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  @Test
  void positionsAreThoseOfThePaper() {
    float[] old = random(77 * WIDTH);
    Tensor other = Tensor.of(new float[] {1}, 1);
    Weights weights =
        Weights.of(
            Map.of("positional_embedding", Tensor.of(old, 77, WIDTH), "ln_final.weight", other));

    Weights stretched = StretchedContext.of(weights, 77);

    Tensor positions = stretched.get("positional_embedding");
    assertThat(StretchedContext.length(77)).isEqualTo(248);
    assertThat(positions.shape()).containsExactly(248, WIDTH);
    assertThat(stretched.get("ln_final.weight")).isSameAs(other);
    float[] found = positions.toFloats();
    for (int c = 0; c < WIDTH; c++) {
      for (int p = 0; p < 20; p++) {
        assertThat(found[p * WIDTH + c]).isEqualTo(old[p * WIDTH + c]);
      }
      for (int p = 20; p < 76; p++) {
        double here = old[p * WIDTH + c];
        double next = old[(p + 1) * WIDTH + c];
        int at = 20 + 4 * (p - 20);
        assertThat(found[at * WIDTH + c]).isEqualTo((float) here);
        assertThat(found[(at + 1) * WIDTH + c]).isEqualTo((float) (0.75 * here + 0.25 * next));
        assertThat(found[(at + 2) * WIDTH + c]).isEqualTo((float) (0.5 * here + 0.5 * next));
        assertThat(found[(at + 3) * WIDTH + c]).isEqualTo((float) (0.25 * here + 0.75 * next));
      }
      double last = old[76 * WIDTH + c];
      double step = last - old[75 * WIDTH + c];
      for (int m = 0; m < 4; m++) {
        assertThat(found[(244 + m) * WIDTH + c]).isEqualTo((float) (last + m * step / 4));
      }
    }
  }

  @Test
  void whatCannotBeStretchedIsSaid() {
    assertThatThrownBy(() -> StretchedContext.of(Weights.of(Map.of()), 77))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("positional_embedding");
    Weights classToken =
        Weights.of(Map.of("text.positional_embedding", Tensor.of(random(77 * 2), 77, 2)));
    assertThatThrownBy(() -> StretchedContext.of(classToken, 76))
        .hasMessageContaining("text.positional_embedding is [77, 2]")
        .hasMessageContaining("class token");
    Weights small = Weights.of(Map.of("positional_embedding", Tensor.of(random(16), 8, 2)));
    assertThatThrownBy(() -> StretchedContext.of(small, 8)).hasMessageContaining("at least 22");
  }
}
