package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** Layers that are for training in 8 bits are refused by the name of their weight. */
class SwitchBackTest {
  @Test
  void theLayerIsRefusedWithTheBackendThatHasIt() {
    GraphBuilder g = new GraphBuilder("layer");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(2));
    Value weight = g.parameter("mlp.c_fc.weight", Initializer.ZEROS, 3, 2);
    g.output("result", g.add(new SwitchBackLinear(x, weight, null, SwitchBackForm.GLOBAL)));
    Weights weights = Weights.of(Map.of("mlp.c_fc.weight", Tensor.of(new float[6], 3, 2)));

    try (Backend backend = new OnnxBackendProvider().open(BackendOptions.DEFAULT)) {
      assertThatThrownBy(() -> backend.compile(g.build(), weights))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("mlp.c_fc.weight")
          .hasMessageContaining("--backend tf");
    }
  }
}
