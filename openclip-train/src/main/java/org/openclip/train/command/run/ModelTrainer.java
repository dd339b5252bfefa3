package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelInTraining;
import org.openclip.train.run.Ranks;
import org.openclip.train.run.Teacher;
import org.openclip.train.run.TrainingLoop;

/**
 * Builds the trainer of a model: its graphs, its initial weights or checkpoint, and the teacher of
 * a distillation. Closing it closes them.
 */
public final class ModelTrainer implements AutoCloseable {
  /** The largest scale of logits, that of CLIP's paper. */
  private static final double LARGEST_SCALE = Math.log(100);

  private final Flags flags;
  private final ModelBuilder builder;
  private final Architecture architecture;
  private final @Nullable Teacher teacher;
  private final Backend backend;
  private final TrainingGraphs graphs;
  private final Trainer trainer;

  /** The flags that say how. */
  public record Flags(
      ModelFlags model,
      ObjectiveFlags objective,
      OptimizerFlags optimizer,
      LockFlags locks,
      ComputeFlags computing,
      RunFlags run,
      Together together) {}

  private ModelTrainer(
      Flags flags, ModelBuilder builder, @Nullable Teacher teacher, @Nullable Checkpoint resumed) {
    this.flags = flags;
    this.builder = builder;
    this.architecture = builder.architecture();
    this.teacher = teacher;
    PluginRegistry plugins = builder.registry();
    this.backend = flags.computing.open(plugins, flags.together);
    try {
      this.graphs =
          flags.computing.eightBits.apply(
              flags.objective.graphs(
                  architecture,
                  plugins,
                  flags.model.siglip,
                  teacher == null ? 0 : teacher.width(),
                  flags.together));
      this.trainer = trainer(plan(), resumed);
      flags.together.agreeOnStart(backend, trainer);
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  /**
   * Makes ready to train.
   *
   * @param builder of the model
   * @param resumed where training goes on; null when it begins
   * @param teaches whether the model to learn from is loaded, if there is one
   */
  public static ModelTrainer open(
      Flags flags,
      ModelBuilder builder,
      Environment environment,
      @Nullable Checkpoint resumed,
      boolean teaches) {
    Teacher teacher = teaches ? teacher(flags, builder, environment) : null;
    try {
      return new ModelTrainer(flags, builder, teacher, resumed);
    } catch (RuntimeException e) {
      if (teacher != null) {
        teacher.close();
      }
      throw e;
    }
  }

  /** Loads the model to learn from, if there is one. */
  private static @Nullable Teacher teacher(
      Flags flags, ModelBuilder student, Environment environment) {
    ModelBuilder builder = flags.model.teacher(environment).orElse(null);
    if (builder == null) {
      return null;
    }
    Architecture architecture = student.architecture();
    if (flags.computing.accumulate > 1 || architecture.decoder().isPresent()) {
      throw new UsageException(
          "--distill-model supports neither --accum-freq nor caption models (CoCa)");
    }
    ClipModel loaded = flags.computing.apply(builder).load();
    try {
      return new Teacher(loaded, architecture, student.tokenizer());
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private TrainingPlan plan() {
    Locks locks = flags.locks.locks(architecture);
    OptimizerFlags optimizer = flags.optimizer;
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        optimizer.optimizer(flags.model.name, builder.registry()),
        DecayGroups.rules(
            architecture.parameters(),
            optimizer.weightDecay(),
            optimizer.spared(),
            locks.parameters()::contains,
            locks.rates()),
        locks.statistics(),
        Map.of("logit_scale", new TrainingPlan.Clamp(0, LARGEST_SCALE)),
        optimizer.gradientNorm(),
        flags.run.checkpointing,
        flags.together.sharing(),
        flags.objective.tiling(
            graphs,
            architecture,
            builder.registry(),
            flags.model.siglip,
            teacher == null ? 0 : teacher.width(),
            flags.together,
            (long) flags.run.batchSize * flags.computing.accumulate));
  }

  private Trainer trainer(TrainingPlan plan, @Nullable Checkpoint resumed) {
    if (resumed != null) {
      return resumed.trainer(
          backend, plan, weights -> fitted(resumed.folder(), weights), builder.registry());
    }
    if (flags.model.isPretrained()) {
      Path file = builder.fetch();
      try (Weights weights = Checkpoints.open(file, builder.registry())) {
        return backend.train(plan, fitted(file, weights));
      }
    }
    return backend.train(plan, FreshWeights.random(architecture, flags.run.seed).toWeights());
  }

  private Weights fitted(Path place, Weights weights) {
    return StateDict.load(place.toString(), weights, flags.model.name, architecture);
  }

  /** Returns the backend's trainer. */
  public Trainer trainer() {
    return trainer;
  }

  /** Returns the processes that train together. */
  public Ranks ranks() {
    return flags.together.ranks(trainer);
  }

  /** Returns what the objective is fed beside pictures and tokens. */
  public TrainingLoop.Extras extras() {
    return teacher == null ? TrainingLoop.Extras.NONE : teacher;
  }

  /** Returns the model as it stands between two steps. */
  public ModelInTraining model(Pictures pictures) {
    return new ModelInTraining(
        flags.model.name,
        architecture,
        graphs,
        trainer,
        builder.tokenizer(),
        pictures.preprocessor(),
        builder.registry(),
        flags.run.batchSize);
  }

  /** Writes the model as it stands. */
  public void write(Path folder, PreprocessConfig preprocess) {
    try (Weights weights = trainer.weights()) {
      ModelFolder.write(folder, architecture.config(), preprocess, WeightSource.of(weights));
    }
  }

  @Override
  public void close() {
    try {
      trainer.close();
    } finally {
      backend.close();
      if (teacher != null) {
        teacher.close();
      }
    }
  }
}
