package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.openclip.hub.adapter.AdapterTraits;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TowerGroups;
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
  private final @Nullable LoraTraining lora;
  private final Trainer trainer;

  /** What checkpoints say of the adapters; null without any. */
  private @Nullable AdapterTraits traits;

  /**
   * The flags that say how.
   *
   * @param images what is done with images of any shape; null when they are brought to one size
   */
  public record Flags(
      ModelFlags model,
      ObjectiveFlags objective,
      OptimizerFlags optimizer,
      LockFlags locks,
      LoraFlags lora,
      ComputeFlags computing,
      RunFlags run,
      Together together,
      @Nullable NaFlexPlan images) {}

  private ModelTrainer(
      Flags flags, ModelBuilder builder, @Nullable Teacher teacher, @Nullable Checkpoint resumed) {
    this.flags = flags;
    this.builder = builder;
    this.architecture = builder.architecture();
    this.teacher = teacher;
    PluginRegistry plugins = builder.registry();
    LoraTraining.checkKind(resumed, flags.lora.given());
    this.backend = flags.computing.open(plugins, flags.together);
    try {
      TrainingGraphs plain =
          flags.objective.graphs(
              architecture,
              plugins,
              flags.model.siglip,
              teacher == null ? 0 : teacher.width(),
              flags.together,
              flags.images);
      Locks locks = flags.locks.locks(architecture);
      this.lora =
          flags
              .lora
              .of(plain.towers(), locks.parameters())
              .map(low -> LoraTraining.of(low, plain.towers()))
              .orElse(null);
      // First the adapters: they stay in float beside layers that are in 8 bits.
      this.graphs = flags.computing.eightBits.apply(lora == null ? plain : plain.with(lora.lora()));
      this.trainer = trainer(plan(locks), resumed);
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

  private TrainingPlan plan(Locks locks) {
    Set<String> own = architecture.parameters().keySet();
    OptimizerFlags optimizer = flags.optimizer;
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        optimizer.optimizer(flags.model.name, builder.registry()),
        DecayGroups.rules(
            lora == null ? architecture.parameters() : lora.parameters(),
            optimizer.weightDecay(),
            optimizer.spared(),
            locks.parameters()::contains,
            lora == null ? locks.rates() : lora.rates(locks.rates())),
        lora == null ? locks.statistics() : TowerGroups.statistics(own),
        lora == null ? Map.of("logit_scale", new TrainingPlan.Clamp(0, LARGEST_SCALE)) : Map.of(),
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
            // Batches of several sizes are never cut.
            flags.images == null ? (long) flags.run.batchSize * flags.computing.accumulate : 1));
  }

  private Trainer trainer(TrainingPlan plan, @Nullable Checkpoint resumed) {
    if (lora != null) {
      return adapted(lora, plan, resumed);
    }
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

  private Trainer adapted(LoraTraining adapters, TrainingPlan plan, @Nullable Checkpoint resumed) {
    PluginRegistry plugins = builder.registry();
    Path file = builder.fetch();
    try (Weights opened = Checkpoints.open(file, plugins)) {
      Weights base = fitted(file, opened);
      AdapterTraits own = adapters.traits(base, flags.model.described());
      traits = own;
      Weights start = adapters.start(base, own, flags.run.seed, resumed, plugins);
      return resumed == null
          ? backend.train(plan, start)
          : resumed.trainer(backend, plan, start, plugins);
    }
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
    TrainingLoop.Extras own = flags.objective.extras(flags.images, flags.run.batchSize);
    return teacher == null ? own : own.and(teacher);
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
        pictures.unvaried(),
        builder.registry(),
        flags.run.batchSize);
  }

  /** Writes the model as it stands, or what is trained of it. */
  public void write(Path folder, PreprocessConfig preprocess) {
    try (Weights weights = trainer.weights()) {
      if (traits == null) {
        ModelFolder.write(folder, architecture.config(), preprocess, WeightSource.of(weights));
      } else {
        Adapters.write(folder, traits, weights);
      }
    }
  }

  /** Writes the model with the adapters merged into it. */
  public void writeMerged(LoraTraining adapters, Path folder, PreprocessConfig preprocess) {
    try (Weights weights = trainer.weights()) {
      ModelFolder.write(
          folder, architecture.config(), preprocess, WeightSource.of(adapters.merged(weights)));
    }
  }

  /** Returns the adapters that are trained; empty when the model itself is. */
  public Optional<LoraTraining> lora() {
    return Optional.ofNullable(lora);
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
