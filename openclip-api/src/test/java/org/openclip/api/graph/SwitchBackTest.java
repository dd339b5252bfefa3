package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.tensor.DataType;

/** Linear layers that are replaced by their weights' names. */
class SwitchBackTest {
  private static Graph mlp() {
    GraphBuilder g = new GraphBuilder("mlp");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    Value hidden = Layers.linear(g, "c_fc", x, 8);
    g.output("result", Layers.linear(g, "c_proj", hidden, 4));
    return g.build();
  }

  private static List<Class<?>> layers(Graph graph) {
    return graph.nodes().stream()
        .map(Node::op)
        .filter(op -> op instanceof Linear || op instanceof SwitchBackLinear)
        .<Class<?>>map(Object::getClass)
        .toList();
  }

  @Test
  void theNamedLayersAreReplacedAndNothingElseChanges() {
    Graph graph = mlp();

    Graph replaced = SwitchBack.of(graph, SwitchBackForm.VECTORWISE, "c_fc.weight"::equals);

    assertThat(layers(replaced)).containsExactly(SwitchBackLinear.class, Linear.class);
    assertThat(replaced.parameters()).isEqualTo(graph.parameters());
    assertThat(replaced.inputs()).isEqualTo(graph.inputs());
    assertThat(replaced.outputs().get("result")).isEqualTo(graph.outputs().get("result"));
    assertThat(Flops.of(replaced, Map.of("batch", 3L))).isEqualTo(2 * 3 * (4 * 8 + 8 * 4));
    assertThat(SwitchBack.of(graph, SwitchBackForm.GLOBAL, name -> false)).isEqualTo(graph);
  }

  @Test
  void shapesAreThoseOfALinearLayer() {
    GraphBuilder g = new GraphBuilder("wrong");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4));
    Value weight = g.parameter("weight", Initializer.ZEROS, 8, 5);

    assertThatThrownBy(() -> g.add(new SwitchBackLinear(x, weight, null, SwitchBackForm.GLOBAL)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("switchBackLinear");
  }
}
