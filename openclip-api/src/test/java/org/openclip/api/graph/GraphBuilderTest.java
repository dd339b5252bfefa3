package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.tensor.DataType;

class GraphBuilderTest {
  private final GraphBuilder graph = new GraphBuilder("test");

  private Value input(Dim... dims) {
    return graph.input("x" + graph.build().nodes().size(), DataType.FLOAT32, dims);
  }

  @Test
  void linearNamesTheParameterThatDoesNotFit() {
    Value x = input(Dim.BATCH, Dim.of(50), Dim.of(768));
    GraphBuilder visual = graph.scope("visual");
    Value weight = visual.parameter("proj", Initializer.ZEROS, 512, 512);

    assertThatThrownBy(() -> visual.linear(x, weight, null))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("visual.proj [512, 512]")
        .hasMessageContaining("768")
        .hasMessageContaining("512");
  }

  @Test
  void scopesPrefixParametersAsModulesNest() {
    Value x = input(Dim.BATCH, Dim.of(4));

    Layers.linear(graph.scope("a").scope("b.0"), "fc", x, 3);

    assertThat(graph.build().parameters())
        .extracting(LeafOp.Parameter::name)
        .containsExactly("a.b.0.fc.weight", "a.b.0.fc.bias");
  }

  @Test
  void aParameterAskedForTwiceIsOneValueButNeverOfTwoShapes() {
    Value first = graph.parameter("w", Initializer.ZEROS, 2, 3);

    assertThat(graph.parameter("w", Initializer.ZEROS, 2, 3)).isSameAs(first);
    assertThatThrownBy(() -> graph.parameter("w", Initializer.ZEROS, 3, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("w [2, 3]");
  }

  @Test
  void convolutionCountsWindows() {
    Value x = input(Dim.BATCH, Dim.of(8), Dim.of(15), Dim.of(16));
    Value weight = graph.parameter("w", Initializer.ZEROS, 6, 4, 3, 3);

    Value y = graph.convolution(x, weight, null, 2, Pads.all(1), 2);

    assertThat(y.shape()).isEqualTo(Shape.of(Dim.BATCH, Dim.of(6), Dim.of(8), Dim.of(8)));
  }

  @Test
  void symbolsPassThroughReshapeTransposeConcatAndSlice() {
    Value x = input(Dim.BATCH, Dim.LENGTH, Dim.of(12));
    Value heads = graph.reshape(x, Dim.BATCH, Dim.LENGTH, Dim.of(3), Dim.of(4));
    Value swapped = graph.transpose(heads, 0, 2, 1, 3);
    Value longer = graph.concat(1, x, graph.slice(x, 1, 0, 1));

    assertThat(swapped.shape()).isEqualTo(Shape.of(Dim.BATCH, Dim.of(3), Dim.LENGTH, Dim.of(4)));
    assertThat(longer.shape().dim(1)).isEqualTo(Dim.LENGTH.plus(1));
    assertThat(graph.select(longer, 1, Dim.LENGTH).shape())
        .isEqualTo(Shape.of(Dim.BATCH, Dim.of(12)));
    assertThat(graph.reduce(longer, Reduction.MEAN, 1).shape())
        .isEqualTo(Shape.of(Dim.BATCH, Dim.of(12)));
  }

  @Test
  void reshapeRefusesAnotherNumberOfElements() {
    Value x = input(Dim.BATCH, Dim.LENGTH, Dim.of(12));

    assertThatThrownBy(() -> graph.reshape(x, Dim.BATCH, Dim.LENGTH, Dim.of(5), Dim.of(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("differs from that of [batch, length, 5, 2]");
  }

  @Test
  void attentionChecksHeadsAndMask() {
    Value x = input(Dim.BATCH, Dim.of(5), Dim.of(12));
    Value mask = input(Dim.of(1), Dim.of(1), Dim.of(5), Dim.of(4));

    assertThatThrownBy(() -> graph.attention(x, x, x, null, false, 5, 1))
        .hasMessageContaining("12 does not divide into 5 heads");
    assertThatThrownBy(() -> graph.attention(x, x, x, mask, false, 3, 1))
        .isInstanceOf(ShapeException.class);
    assertThat(graph.attention(x, x, x, null, true, 3, 1).shape()).isEqualTo(x.shape());
  }

  @Test
  void gatherPairsTheBatch() {
    Value x = input(Dim.BATCH, Dim.of(5), Dim.of(12));
    Value index = graph.input("index", DataType.INT64, Dim.BATCH);
    Value other = graph.input("other", DataType.INT64, Dim.of(7));

    assertThat(graph.pick(x, index).shape()).isEqualTo(Shape.of(Dim.BATCH, Dim.of(12)));
    assertThat(graph.gather(x, other, 1).shape())
        .isEqualTo(Shape.of(Dim.BATCH, Dim.of(7), Dim.of(12)));
    assertThatThrownBy(() -> graph.pick(x, other)).isInstanceOf(ShapeException.class);
  }

  @Test
  void typesDoNotMix() {
    Value x = input(Dim.BATCH, Dim.of(5));
    Value ids = graph.input("ids", DataType.INT64, Dim.BATCH, Dim.of(5));

    assertThatThrownBy(() -> graph.plus(x, ids))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("FLOAT32 and INT64 differ");
  }

  @Test
  void aGraphListsWhatItNeedsAndGives() {
    Value x = graph.input("pixels", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    graph.output("features", Layers.linear(graph, "fc", x, 2));
    Graph built = graph.build();

    assertThat(built.inputs()).extracting(LeafOp.Input::name).isEqualTo(List.of("pixels"));
    assertThat(built.outputs()).containsOnlyKeys("features");
    assertThatThrownBy(() -> graph.input("pixels", DataType.FLOAT32, Dim.BATCH))
        .isInstanceOf(OpenClipException.class);
    for (int i = 0; i < built.nodes().size(); i++) {
      assertThat(built.nodes().get(i).value().id()).isEqualTo(i);
      for (Value value : built.nodes().get(i).op().inputs()) {
        assertThat(value.id()).isLessThan(i);
      }
    }
  }

  @Test
  void dimensionsAreLinearInOneSymbol() {
    assertThat(Dim.LENGTH.plus(1).minus(Dim.of(1))).isEqualTo(Dim.LENGTH);
    assertThat(Dim.LENGTH.times(Dim.of(3)).plus(2)).hasToString("3*length+2");
    assertThat(Dim.LENGTH.plus(1).minus(Dim.LENGTH)).isEqualTo(Dim.of(1));
    assertThatThrownBy(() -> Dim.BATCH.times(Dim.LENGTH)).isInstanceOf(OpenClipException.class);
    assertThatThrownBy(Dim.BATCH::size).isInstanceOf(OpenClipException.class);
  }
}
