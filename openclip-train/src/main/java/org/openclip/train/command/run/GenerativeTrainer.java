package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeStateDict;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.generative.CaptionGraphs;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Ranks;

/**
 * Builds the trainer of a generative model: its graphs, and its initial weights or checkpoint.
 * Closing it closes them.
 */
public final class GenerativeTrainer implements AutoCloseable {
  private final Flags flags;
  private final GenerativeBuilder builder;
  private final GenerativeArchitecture architecture;
  private final CaptionGraphs graphs;
  private final Backend backend;
  private final Trainer trainer;

  /** The flags that say how. */
  public record Flags(
      ModelFlags model,
      OptimizerFlags optimizer,
      ComputeFlags computing,
      RunFlags run,
      Together together) {}

  /**
   * Makes ready to train.
   *
   * @param graphs of the model
   * @param resumed where training goes on; null when it begins
   */
  public GenerativeTrainer(
      Flags flags,
      GenerativeBuilder builder,
      GenerativeArchitecture architecture,
      CaptionGraphs graphs,
      @Nullable Checkpoint resumed) {
    this.flags = flags;
    this.builder = builder;
    this.architecture = architecture;
    this.graphs = graphs;
    this.backend = flags.computing.open(builder.plugins(), flags.together);
    try {
      this.trainer = trainer(plan(), resumed);
      flags.together.agreeOnStart(backend, trainer);
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private TrainingPlan plan() {
    OptimizerFlags optimizer = flags.optimizer;
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        optimizer.optimizer(flags.model.name, builder.plugins()),
        DecayGroups.rules(
            graphs.trained(), optimizer.weightDecay(), optimizer.spared(), name -> false, Map.of()),
        Set.of(),
        Map.of(),
        optimizer.gradientNorm(),
        flags.run.checkpointing,
        flags.together.sharing(),
        null);
  }

  private Trainer trainer(TrainingPlan plan, @Nullable Checkpoint resumed) {
    if (resumed != null) {
      return resumed.trainer(
          backend, plan, weights -> fitted(resumed.folder(), weights), builder.plugins());
    }
    if (flags.model.isPretrained()) {
      Path file = builder.fetch();
      try (Weights weights = Checkpoints.open(file, builder.plugins())) {
        return backend.train(plan, fitted(file, weights));
      }
    }
    return backend.train(
        plan, FreshWeights.random(architecture.parameters(), flags.run.seed).toWeights());
  }

  private Weights fitted(Path place, Weights weights) {
    return GenerativeStateDict.load(place.toString(), weights, flags.model.name, architecture);
  }

  /** Returns the backend's trainer. */
  public Trainer trainer() {
    return trainer;
  }

  /** Returns the processes that train together. */
  public Ranks ranks() {
    return flags.together.ranks(trainer);
  }

  /** Writes the model as it stands, with the files of its tokenizer. */
  public void write(Path folder) {
    try (Weights weights = trainer.weights()) {
      WeightSource source = WeightSource.of(weights);
      if (architecture.encoder().prefix() instanceof GenerativeEncoder.Images) {
        ModelFolder.write(folder, architecture, builder.preprocessing(), source);
      } else {
        ModelFolder.write(folder, architecture, source, Map.of());
      }
    }
    builder.copyTokenizer(folder);
  }

  @Override
  public void close() {
    try {
      trainer.close();
    } finally {
      backend.close();
    }
  }
}
