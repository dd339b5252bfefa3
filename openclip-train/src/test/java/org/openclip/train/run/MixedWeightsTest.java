package org.openclip.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

class MixedWeightsTest {
  private static Weights weights(float first, float second, long count, boolean all) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("visual.proj", Tensor.of(new float[] {first, second}, 2));
    tensors.put("visual.count", Tensor.of(new long[] {count}));
    if (all) {
      tensors.put("text.proj", Tensor.of(new float[] {7}, 1));
    }
    return Weights.of(tensors);
  }

  @Test
  void numbersLieBetweenAndTheRestIsTheStarts() {
    Weights start = weights(1, -2, 3, true);
    Weights end = weights(3, 2, 9, false);

    MixedWeights quarter = new MixedWeights(start, end, 0.25);

    assertThat(quarter.names()).containsExactly("visual.proj", "visual.count", "text.proj");
    assertThat(quarter.get("visual.proj").toFloats()).containsExactly(1.5f, -1);
    assertThat(quarter.get("visual.count").toLongs()).containsExactly(9);
    assertThat(quarter.get("text.proj").toFloats()).containsExactly(7);
    assertThat(new MixedWeights(start, end, 0).get("visual.proj").toFloats())
        .containsExactly(1, -2);
    assertThat(new MixedWeights(start, end, 0).get("visual.count").toLongs()).containsExactly(3);
    assertThat(new MixedWeights(start, end, 1).get("visual.proj").toFloats()).containsExactly(3, 2);
  }

  @Test
  void whatCannotBeMixedIsSaid() {
    Weights start = weights(1, 2, 3, true);
    assertThatThrownBy(() -> new MixedWeights(start, start, 1.1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1.1");
    Weights other = Weights.of(Map.of("visual.proj", Tensor.of(new float[3], 3)));
    assertThatThrownBy(() -> new MixedWeights(start, other, 0.5).get("visual.proj"))
        .hasMessageContaining("visual.proj")
        .hasMessageContaining("[3]");
  }
}
