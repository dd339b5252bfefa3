package org.openclip.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;

class EmbeddingsTest {
  private final Embeddings points = Embeddings.of(2, new float[] {3, 4, 0, -2, 0, 0});

  @Test
  void normalisedRowsHaveLengthOneAndZeroStaysZero() {
    assertThat(points.normalised().toArray()).containsExactly(0.6f, 0.8f, 0, -1, 0, 0);
  }

  @Test
  void cosineNeedsNoNormalisedRows() {
    float[][] cosine = points.cosine(points);

    assertThat(cosine[0][0]).isEqualTo(1, within(1e-7f));
    assertThat(cosine[0][1]).isEqualTo(-0.8f, within(1e-7f));
    assertThat(cosine[1][2]).isZero();
    assertThat(points.logits(points, 10, -1)[0][1]).isEqualTo(-9, within(1e-6f));
  }

  @Test
  void topKIsSortedAndBreaksTiesByRow() {
    Embeddings rows = Embeddings.of(2, new float[] {1, 0, 0, 1, 2, 0, 1, 1});
    Embeddings query = Embeddings.of(2, new float[] {5, 0});

    List<Embeddings.Match> best = rows.topK(query, 3).get(0);

    assertThat(best).extracting(Embeddings.Match::index).containsExactly(0, 2, 3);
    assertThat(rows.topK(query, 10).get(0)).hasSize(4);
    assertThatThrownBy(() -> rows.topK(query, 0)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void concatKeepsOrderAndRefusesOtherWidths() {
    Embeddings both = Embeddings.concat(List.of(points, points));

    assertThat(both.size()).isEqualTo(6);
    assertThat(both.row(3)).containsExactly(3, 4);
    Embeddings wide = Embeddings.of(3, new float[3]);
    assertThatThrownBy(() -> Embeddings.concat(List.of(points, wide)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2 and 3");
    assertThatThrownBy(() -> points.cosine(wide)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> points.row(3)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Embeddings.of(2, new float[3]))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void valuesAreCopied() {
    float[] values = {1, 2};
    Embeddings embeddings = Embeddings.of(2, values);
    values[0] = 9;
    embeddings.toArray()[1] = 9;

    assertThat(embeddings.row(0)).containsExactly(1, 2);
  }

  @Test
  void probabilitiesSurviveLargeLogits() {
    float[][] softmax = Probabilities.softmax(new float[][] {{1000, 1000}, {-1000, 1000}});

    assertThat(softmax[0]).containsExactly(0.5f, 0.5f);
    assertThat(softmax[1]).containsExactly(0, 1);
    assertThat(Probabilities.sigmoid(new float[][] {{0, 1000, -1000}})[0])
        .containsExactly(0.5f, 1, 0);
  }
}
