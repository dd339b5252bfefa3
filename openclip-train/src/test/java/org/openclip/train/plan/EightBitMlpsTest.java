package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.LowRank;
import org.openclip.api.graph.NeuralOp.Linear;
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

  @Test
  void adaptersBesideSuchALayerStayInFloat() {
    GraphBuilder g = new GraphBuilder("tower");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    g.output("result", Layers.linear(g, "mlp.c_fc", x, 8));
    Graph adapted = new LowRank(2, 2, Set.of("mlp.c_fc.weight")).of(g.build());

    Graph graph = EightBitMlps.of(adapted, SwitchBackForm.GLOBAL);

    assertThat(weights(graph, SwitchBackLinear.class)).containsExactly("mlp.c_fc.weight");
    assertThat(weights(graph, Linear.class))
        .containsExactly("mlp.c_fc.lora_A.weight", "mlp.c_fc.lora_B.weight");
  }

  /** Returns the names of the weights of all layers of a kind. */
  private static List<String> weights(Graph graph, Class<?> kind) {
    return graph.nodes().stream()
        .filter(node -> kind.isInstance(node.op()))
        .map(
            node ->
                node.op() instanceof Linear l
                    ? l.weight()
                    : ((SwitchBackLinear) node.op()).weight())
        .map(weight -> ((Parameter) graph.nodes().get(weight.id()).op()).name())
        .toList();
  }
}
