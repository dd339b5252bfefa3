package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.tensor.DataType;

class FlopsTest {
  private final GraphBuilder g = new GraphBuilder("test");

  @Test
  void aConvolutionOfGroupsCostsWhatItsWindowsMultiply() {
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(8), Dim.of(10), Dim.of(12));
    Value weight = g.parameter("w", Initializer.ONES, 6, 4, 3, 3);
    g.output("y", g.convolution(x, weight, null, 2, Pads.all(1), 2));

    // 6 maps of 5 x 6 windows, each of 4 x 3 x 3 products and sums
    assertThat(Flops.of(g.build(), Map.of("batch", 3L))).isEqualTo(3 * 6 * 5 * 6 * 4 * 9 * 2);
  }

  @Test
  void attentionCostsTwoProductsForEveryQueryAndKey() {
    Value q = g.input("q", DataType.FLOAT32, Dim.BATCH, Dim.of(5), Dim.of(8));
    Value kv = g.input("kv", DataType.FLOAT32, Dim.BATCH, Dim.LENGTH, Dim.of(8));
    g.output("y", g.attention(q, kv, kv, null, false, 2, 1));

    assertThat(Flops.of(g.build(), Map.of("batch", 1L, "length", 7L))).isEqualTo(2 * 5 * 7 * 8 * 2);
  }

  @Test
  void aSymbolWithoutAValueIsNamed() {
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.LENGTH, Dim.of(8));
    g.output("y", Layers.linear(g, "fc", x, 3));

    assertThatThrownBy(() -> Flops.of(g.build(), Map.of("batch", 1L)))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("'length'");
  }
}
