package org.openclip.train.plan;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;

/** What processes train whose memory is measured: a tiny model by CLIP's loss and AdamW. */
final class TinyTraining {
  final Architecture architecture;
  final LossProvider loss;
  final TrainingGraphs graphs;
  private final PluginRegistry plugins = PluginRegistry.create();

  /** Takes a model's configuration, {@code model_cfg} of a checkpoint's JSON. */
  TinyTraining(String config) {
    architecture =
        Architecture.of(
            ModelConfig.of(JsonObjects.parse("config", 0, config.getBytes(StandardCharsets.UTF_8))),
            plugins);
    loss = plugins.named(LossProvider.class, "clip");
    graphs = TrainingGraphs.of(architecture, loss, Map.of(), 0);
  }

  /** Returns a plan; null makes the loss whole. */
  TrainingPlan plan(TrainingPlan.@Nullable Tiling tiling) {
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        new AdamW(0.9, 0.98, 1e-6),
        DecayGroups.rules(architecture.parameters(), 0.1, name -> false),
        Set.of(),
        Map.of(),
        Double.POSITIVE_INFINITY,
        false,
        TrainingPlan.Sharing.PLAIN,
        tiling);
  }

  /** Opens the backend that trains. */
  Backend open(BackendOptions options) {
    return plugins
        .first(BackendProvider.class, BackendProvider::trains)
        .orElseThrow()
        .open(options);
  }

  /** Returns weights to begin with. */
  Weights weights() {
    return FreshWeights.hash(architecture).toWeights();
  }
}
