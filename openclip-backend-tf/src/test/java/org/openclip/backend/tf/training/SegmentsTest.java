package org.openclip.backend.tf.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

class SegmentsTest {
  private static Graph blocks(int count, boolean skip) {
    GraphBuilder g = new GraphBuilder("blocks");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    Value first = x;
    for (int i = 0; i < count; i++) {
      Value y = Layers.layerNorm(g, i + ".ln", x, 1e-5);
      Value h = g.gelu(Layers.linear(g, i + ".fc", y, 8), GeluForm.ERF);
      x = g.plus(x, Layers.linear(g, i + ".proj", h, 4));
    }
    g.output("y", skip ? g.plus(x, first) : x);
    return g.build();
  }

  @Test
  void cutsBetweenBlocks() {
    List<Graph> parts = Segments.of(blocks(5, false));

    assertThat(parts).hasSize(5);
    assertThat(parts.get(0).outputs()).containsOnlyKeys(Segments.THROUGH);
    assertThat(parts.get(4).outputs()).containsOnlyKeys("y");
    assertThat(parts.get(2).inputs()).anyMatch(input -> input.name().equals(Segments.THROUGH));
  }

  @Test
  void doesNotCutWhereTwoValuesLeadOn() {
    assertThat(Segments.of(blocks(5, true))).hasSize(1);
  }
}
