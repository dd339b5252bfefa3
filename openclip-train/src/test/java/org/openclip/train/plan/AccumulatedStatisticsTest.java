package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;

/** The running statistics of batch norms over a batch that comes in parts. */
class AccumulatedStatisticsTest {
  private static final String MEAN = "visual.bn1.running_mean";
  private static final String VARIANCE = "visual.bn1.running_var";
  private static final String COUNTER = "visual.bn1.num_batches_tracked";
  private static final String CONFIG =
      """
      {"embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8,
          "patch_size": null},
        "text_cfg": {"context_length": 8, "vocab_size": 99, "width": 16, "heads": 1, "layers": 1}}
      """;

  private final PluginRegistry plugins = PluginRegistry.create();
  private final Random random = new Random(5);

  /** As the reference does, which runs the towers twice for each part, in training both times. */
  @Test
  void followEachPartBothTimesThatItIsComputed() {
    Architecture architecture =
        Architecture.of(
            ModelConfig.of(JsonObjects.parse("config", 0, CONFIG.getBytes(StandardCharsets.UTF_8))),
            plugins);
    TrainingGraphs graphs =
        TrainingGraphs.of(architecture, plugins.named(LossProvider.class, "clip"), Map.of(), 0);
    TrainingPlan plan =
        TrainingPlan.of(
            List.of(graphs.image(), graphs.text()),
            graphs.objective(),
            new AdamW(0.9, 0.98, 1e-6),
            DecayGroups.rules(architecture.parameters(), 0.1, name -> false));
    List<Map<String, Tensor>> parts = List.of(batch(), batch());
    StepOptions still = new StepOptions(1, 0, 0);
    try (Backend backend =
            plugins
                .first(BackendProvider.class, BackendProvider::trains)
                .orElseThrow()
                .open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer apart = backend.train(plan, weights);
        Trainer together = backend.train(plan, weights)) {
      for (int i = 0; i < 4; i++) {
        apart.step(List.of(parts.get(i % 2)), still);
      }

      together.step(parts, still);

      try (Weights expected = apart.weights();
          Weights actual = together.weights()) {
        assertThat(actual.get(COUNTER).toLongs()[0]).isEqualTo(4);
        for (String name : List.of(MEAN, VARIANCE)) {
          assertThat(actual.get(name).toFloats())
              .as(name)
              .isNotEqualTo(weights.get(name).toFloats())
              .containsExactly(expected.get(name).toFloats(), within(1e-6f));
        }
      }
    }
  }

  private Map<String, Tensor> batch() {
    float[] pixels = new float[4 * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    long[] tokens = new long[4 * 8];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = 1L + random.nextInt(97);
    }
    return Map.of(
        Architecture.PIXELS,
        Tensor.of(pixels, 4, 3, 32, 32),
        Architecture.TOKENS,
        Tensor.of(tokens, 4, 8));
  }
}
