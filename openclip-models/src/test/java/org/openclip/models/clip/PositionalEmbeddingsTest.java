package org.openclip.models.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

class PositionalEmbeddingsTest {
  private static final String NAME = "text.positional_embedding";

  @Test
  void aLineIsStretchedAndTheClassTokensPositionStaysBehindIt() {
    Weights weights = Weights.of(Map.of(NAME, Tensor.of(new float[] {0, 10, 2, 30, 7, 8}, 3, 2)));

    Tensor fitted = PositionalEmbeddings.fitLine(weights, NAME, 4, 1).get(NAME);

    assertThat(fitted.shape()).containsExactly(5, 2);
    assertThat(fitted.toFloats()).containsExactly(0, 10, 0.5f, 15, 1.5f, 25, 2, 30, 7, 8);
  }

  @Test
  void whatFitsOrIsMissingIsLeftAlone() {
    Weights weights = Weights.of(Map.of(NAME, Tensor.of(new float[] {1, 2, 3}, 3, 1)));

    assertThat(PositionalEmbeddings.fitLine(weights, NAME, 3, 0)).isSameAs(weights);
    assertThat(PositionalEmbeddings.fitLine(weights, "other", 7, 0)).isSameAs(weights);
  }
}
