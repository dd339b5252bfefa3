package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.tensor.DataType;

/** Which towers have features of single patches, and where the patches lie. */
class DenseGraphTest {
  private static final int WIDTH = 6;

  private final GraphBuilder g = new GraphBuilder("image");
  private final Value pixels =
      g.input("pixels", DataType.FLOAT32, Dim.BATCH, Dim.of(3), Dim.of(20), Dim.of(30));

  private Value map(int kernel, int stride) {
    Value filters = g.parameter("filters", Initializer.ONES, WIDTH, 3, kernel, kernel);
    return g.convolution(pixels, filters, null, stride, Pads.NONE, 1);
  }

  private DenseGraph dense(Value features) {
    g.output("features", features);
    return DenseGraph.of(g.build(), "features", DenseForm.MASKCLIP);
  }

  @Test
  void aMeanOfAFeatureMapHasAGridAndNoAttention() {
    DenseGraph dense = dense(g.reduce(map(10, 10), Reduction.MEAN, 2, 3));

    assertThat(dense.grid()).isEqualTo(new DenseGrid(2, 3, 10, 10));
    assertThat(dense.graph().outputs()).containsOnlyKeys(DenseGraph.TOKENS, DenseGraph.FEATURES);
  }

  @Test
  void whatTheStrideDoesNotFillLiesOutsideTheGrid() {
    DenseGraph dense = dense(g.reduce(map(8, 8), Reduction.MAX, 2, 3));

    assertThat(dense.grid()).isEqualTo(new DenseGrid(2, 3, 8, 8));
  }

  @Test
  void theHeadIsComputedForEachPatch() {
    Value mean = g.reduce(map(10, 10), Reduction.MEAN, 2, 3);
    Value weight = g.parameter("proj.weight", Initializer.ONES, 4, WIDTH);
    Value features = g.l2Normalize(g.linear(mean, weight, null));

    DenseGraph dense = dense(features);

    assertThat(dense.graph().outputs().get(DenseGraph.FEATURES).shape())
        .isEqualTo(Shape.of(Dim.BATCH, Dim.of(6), Dim.of(4)));
  }

  @Test
  void aTowerWithoutAPoolingOfAKnownKindIsRefusedWithItsReason() {
    Value sum = g.reduce(map(10, 10), Reduction.SUM, 2, 3);

    assertThatThrownBy(() -> dense(sum))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            "config key 'vision_cfg': its tower has no features of single patches: its features"
                + " are pooled by reduce, but must be pooled by a mean, a maximum, a class token or"
                + " attention");
  }

  @Test
  void twoPoolingsOfDifferentValuesAreRefused() {
    Value one = g.reduce(map(10, 10), Reduction.MEAN, 2, 3);
    Value filters = g.parameter("others", Initializer.ONES, WIDTH, 3, 5, 5);
    Value other =
        g.reduce(g.convolution(pixels, filters, null, 5, Pads.NONE, 1), Reduction.MEAN, 2, 3);

    assertThatThrownBy(() -> dense(g.plus(one, other)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("its features are pooled in two places");
  }
}
