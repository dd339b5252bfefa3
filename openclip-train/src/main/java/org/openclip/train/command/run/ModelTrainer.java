package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.adapter.AdapterTraits;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TowerGroups;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.MeasuredModel;
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
  private final TrainedModel model;
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
   * @param lengths how batches of several sizes are made; null when all have one size
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
      @Nullable NaFlexPlan lengths) {}

  private ModelTrainer(
      Flags flags, TrainedModel model, @Nullable Teacher teacher, @Nullable Checkpoint resumed) {
    this.flags = flags;
    this.model = model;
    this.teacher = teacher;
    LoraTraining.checkKind(resumed, flags.lora.given());
    this.backend = flags.computing.open(model.plugins(), flags.together);
    try {
      TrainingGraphs plain = model.graphs(flags.objective, teacherWidth(), gathering());
      Locks locks = model.locks(flags.locks);
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
   * @param resumed where training goes on; null when it begins
   * @param teaches whether the model to learn from is loaded, if there is one
   */
  public static ModelTrainer open(
      Flags flags, TrainedModel model, @Nullable Checkpoint resumed, boolean teaches) {
    Teacher teacher = teaches ? model.teacher(flags) : null;
    try {
      return new ModelTrainer(flags, model, teacher, resumed);
    } catch (RuntimeException e) {
      if (teacher != null) {
        teacher.close();
      }
      throw e;
    }
  }

  private int teacherWidth() {
    return teacher == null ? 0 : teacher.width();
  }

  private Gathering gathering() {
    return flags.together.gathering(flags.model.siglip);
  }

  private TrainingPlan plan(Locks locks) {
    Set<String> idle = model.idle();
    OptimizerFlags optimizer = flags.optimizer;
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        optimizer.optimizer(flags.model.name, model.plugins()),
        DecayGroups.rules(
            lora == null ? model.parameters() : lora.parameters(),
            optimizer.weightDecay(),
            optimizer.spared(),
            name -> locks.parameters().contains(name) || idle.contains(name),
            lora == null ? locks.rates() : lora.rates(locks.rates())),
        lora == null ? locks.statistics() : TowerGroups.statistics(model.parameters().keySet()),
        lora == null ? Map.of("logit_scale", new TrainingPlan.Clamp(0, LARGEST_SCALE)) : Map.of(),
        optimizer.gradientNorm(),
        flags.run.checkpointing,
        flags.together.sharing(),
        model.tiling(
            flags.objective,
            graphs,
            teacherWidth(),
            gathering(),
            // Batches of several sizes are never cut.
            flags.lengths == null ? (long) flags.run.batchSize * flags.computing.accumulate : 1));
  }

  private Trainer trainer(TrainingPlan plan, @Nullable Checkpoint resumed) {
    if (lora != null) {
      return adapted(lora, plan, resumed);
    }
    if (resumed != null) {
      return resumed.trainer(
          backend, plan, weights -> fitted(resumed.folder(), weights), model.plugins());
    }
    if (flags.model.isPretrained()) {
      Path file = model.fetch();
      try (Weights weights = Checkpoints.open(file, model.plugins())) {
        return backend.train(plan, fitted(file, weights));
      }
    }
    return backend.train(plan, FreshWeights.random(model.parameters(), flags.run.seed).toWeights());
  }

  private Trainer adapted(LoraTraining adapters, TrainingPlan plan, @Nullable Checkpoint resumed) {
    PluginRegistry plugins = model.plugins();
    Path file = model.fetch();
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
    return model.fitted(place.toString(), weights, flags.model.name);
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
    TrainingLoop.Extras own = flags.objective.extras(flags.lengths, flags.run.batchSize);
    return teacher == null ? own : own.and(teacher);
  }

  /** Returns the model as it stands between two steps. */
  public MeasuredModel model() {
    return model.measured(flags.model.name, graphs, trainer, flags.run.batchSize);
  }

  /** Writes the model as it stands, or what is trained of it. */
  public void write(Path folder) {
    try (Weights weights = trainer.weights()) {
      if (traits == null) {
        model.write(folder, WeightSource.of(weights));
      } else {
        Adapters.write(folder, traits, weights);
      }
    }
  }

  /** Writes the model with the adapters merged into it. */
  public void writeMerged(LoraTraining adapters, Path folder) {
    try (Weights weights = trainer.weights()) {
      model.write(folder, WeightSource.of(adapters.merged(weights)));
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
