package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/** Which linear layers the reference would replace, by their names. */
class EightBitMlpsTest {
  private static Graph of(String layer) {
    GraphBuilder g = new GraphBuilder("tower");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    g.output("result", Layers.linear(g, layer, x, 8));
    return EightBitMlps.of(g.build(), SwitchBackForm.GLOBAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "visual.transformer.resblocks.3.mlp.c_fc",
        "transformer.resblocks.0.mlp.c_proj",
        "text_decoder.resblocks.0.mlp.c_fc",
        "mlp.c_fc"
      })
  void mlpsOfBlocksAreReplaced(String layer) {
    Graph graph = of(layer);

    assertThat(graph.nodes()).anyMatch(node -> node.op() instanceof SwitchBackLinear);
    EightBitMlps.check(graph);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"visual.attnpool.c_proj", "visual.trunk.blocks.0.mlp.fc1", "text.proj", "c_fc"})
  void nothingElseIsAndAModelWithoutAnyIsRefused(String layer) {
    Graph graph = of(layer);

    assertThat(graph.nodes()).noneMatch(node -> node.op() instanceof SwitchBackLinear);
    assertThatThrownBy(() -> EightBitMlps.check(graph))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("mlp.c_fc")
        .hasMessageContaining("ViT-B-32");
  }
}
