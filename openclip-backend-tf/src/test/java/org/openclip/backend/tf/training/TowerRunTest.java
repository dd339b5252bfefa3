package org.openclip.backend.tf.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;

class TowerRunTest {
  private final List<Long> rows = Collections.synchronizedList(new ArrayList<>());

  /** Doubles the numbers of each row. */
  private Map<String, Tensor> twice(Map<String, Tensor> inputs) {
    Tensor x = Objects.requireNonNull(inputs.get("x"));
    float[] numbers = x.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= 2;
    }
    rows.add(x.shape()[0]);
    return Map.of("y", Tensor.of(numbers, x.shape()));
  }

  private static Tensor result(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get("y"));
  }

  @Test
  void rowsComeBackInTheirOrder() {
    Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));

    Tensor result = result(TowerRun.inParts(this::twice, inputs, 2));

    assertThat(result.shape()).containsExactly(3, 2);
    assertThat(result.toFloats()).containsExactly(2, 4, 6, 8, 10, 12);
    assertThat(rows).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void oneRowAndInputsOfSeveralSizesRunAtOnce() {
    Tensor row = Tensor.of(new float[] {1, 2}, 1, 2);

    TowerRun.inParts(this::twice, Map.of("x", row), 2);
    Tensor rest = Tensor.of(new float[] {1, 2, 3}, 3);
    TowerRun.inParts(this::twice, Map.of("x", Tensor.of(new float[4], 2, 2), "z", rest), 2);

    assertThat(rows).containsExactly(1L, 2L);
  }

  @Test
  void aFailureOfOnePartIsTheFailureOfAll() {
    Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {1, 2, 3, 4}, 4, 1));

    assertThatThrownBy(
            () ->
                TowerRun.inParts(
                    part -> {
                      if (Objects.requireNonNull(part.get("x")).toFloats()[0] == 3) {
                        throw new OpenClipException("the second part");
                      }
                      return twice(part);
                    },
                    inputs,
                    2))
        .isInstanceOf(OpenClipException.class)
        .hasMessage("the second part");
  }
}
