package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.adapter.AdapterTraits;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.data.LabelledData;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.FinetuneFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.data.BatchSchedule;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.plan.ClassifierObjective;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TowerGroups;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.MixedWeights;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.TrainingLoop;

/**
 * Fine-tunes an image tower and a linear head on labelled images, end to end. Its checkpoints are
 * model folders with the head beside, as what {@code openclip finetune} writes in the end.
 */
public final class FineTuning {
  private final Flags flags;
  private final ModelBuilder builder;
  private final Backend backend;
  private final LabelledData pictures;
  private final Weights start;
  private final ClassifierHead zeroShot;
  private final @Nullable LoraTraining lora;

  /** What checkpoints say of the adapters; null without any. */
  private final @Nullable AdapterTraits traits;

  /** The flags that say how. */
  public record Flags(FinetuneFlags own, OptimizerFlags optimizer, LoraFlags lora, RunFlags run) {}

  /**
   * What was trained.
   *
   * @param weights of the image tower
   * @param head of the same classes as the one it began with
   */
  public record Tuned(Weights weights, ClassifierHead head) {}

  /**
   * Puts the parts together.
   *
   * @param backend that trains
   * @param pictures to train on
   * @param start the model's weights
   * @param zeroShot where the head starts
   */
  public FineTuning(
      Flags flags,
      ModelBuilder builder,
      Backend backend,
      LabelledData pictures,
      Weights start,
      ClassifierHead zeroShot) {
    this.flags = flags;
    this.builder = builder;
    this.backend = backend;
    this.pictures = pictures;
    this.start = start;
    this.zeroShot = zeroShot;
    Graph tower = builder.architecture().imageGraph();
    this.lora =
        flags
            .lora
            .of(List.of(tower), Set.of())
            .map(low -> LoraTraining.of(low, List.of(tower)))
            .orElse(null);
    this.traits = lora == null ? null : lora.traits(start, builder.name());
  }

  /** Returns how long a training on so many pictures is. */
  public static TrainingRun.Length length(RunFlags flags, long samples) {
    long steps = samples / flags.batchSize;
    if (steps < 1) {
      throw new UsageException(
          "%s pictures are fewer than a batch of %s; use a smaller --batch-size"
              .formatted(samples, flags.batchSize));
    }
    return new TrainingRun.Length(steps);
  }

  /**
   * Trains.
   *
   * @param options that decide what is trained
   * @param resumed where it goes on; null when it begins
   * @return empty when the process is told to end first
   */
  public Optional<Tuned> train(
      TrainingRun run, EffectiveFlags options, @Nullable Checkpoint resumed) {
    Architecture architecture = builder.architecture();
    Pictures preparing = new Pictures(builder, flags.own.variations.augmentation(false), 0);
    flags.own.variations.notes(false).forEach(run::say);
    if (lora != null) {
      run.say(lora.note());
    }
    LoraTraining.checkKind(resumed, lora != null);
    try (Trainer trainer = trainer(plan(architecture), resumed)) {
      Saver saver =
          new Saver(
              run.folder(),
              part -> write(part, preparing, trainer),
              trainer,
              Saver.options(options, run.length().stepsInEpoch()),
              flags.run,
              resumed,
              true);
      run.reporter().atEpochs(saver::epoch);
      TrainingLoop loop =
          new TrainingLoop(
              architecture,
              trainer,
              pictures.shuffled(),
              preparing.varied(ModelPreparation.Captions.labels(zeroShot.classes().size())),
              flags.optimizer.schedule(flags.run.epochs, run.length().stepsInEpoch()),
              flags.run.loop(
                  BatchSchedule.of(flags.run.batchSize), 1, run.length().stepsInEpoch()));
      Progress from = resumed == null ? Progress.START : resumed.progress();
      if (!run.train("finetune", builder.name(), loop, from, saver)) {
        return Optional.empty();
      }
      Weights end = trainer.weights();
      return Optional.of(new Tuned(lora == null ? end : lora.merged(end), head(end)));
    } catch (TrainingLoop.DivergedException e) {
      throw new OpenClipException(
          "the loss is NaN, and no model was written: " + e.getMessage(), e);
    }
  }

  private TrainingPlan plan(Architecture architecture) {
    Graph plain = architecture.imageGraph();
    Graph tower = lora == null ? plain : lora.lora().of(plain);
    Graph objective = ClassifierObjective.write(tower, zeroShot.classes().size());
    Map<String, LeafOp.Parameter> parameters = new LinkedHashMap<>();
    tower.parameters().forEach(p -> parameters.put(p.name(), p));
    Set<String> own = Set.copyOf(parameters.keySet());
    objective.parameters().forEach(p -> parameters.put(p.name(), p));
    boolean headOnly = flags.own.headOnly;
    Double decay = flags.own.layerDecay;
    OptimizerFlags optimizer = flags.optimizer;
    Map<String, Double> rates =
        decay == null ? Map.of() : TowerGroups.image(architecture).rates(decay);
    Set<String> adapters = lora == null ? own : lora.parameters().keySet();
    Map<String, UpdateRule> rules =
        DecayGroups.rules(
            parameters,
            optimizer.weightDecay(),
            optimizer.spared(),
            name ->
                !name.equals(ClassifierObjective.HEAD) && (headOnly || !adapters.contains(name)),
            lora == null ? rates : lora.rates(rates));
    return new TrainingPlan(
        List.of(tower),
        objective,
        optimizer.optimizer("", builder.registry()),
        rules,
        headOnly || lora != null ? TowerGroups.statistics(own) : Set.of(),
        Map.of(),
        optimizer.gradientNorm(),
        flags.run.checkpointing);
  }

  private Trainer trainer(TrainingPlan plan, @Nullable Checkpoint resumed) {
    if (resumed == null) {
      return backend.train(plan, weights(plan, beginning(null), zeroShot));
    }
    String place = resumed.folder().toString();
    ClassifierHead head =
        ClassifierHead.read(resumed.folder().resolve(ClassifierHead.FILE), builder.registry());
    if (!head.classes().equals(zeroShot.classes())) {
      throw new UsageException(
          "the checkpoint %s has the classes %s, but the training images have the classes %s"
              .formatted(place, head.classes(), zeroShot.classes()));
    }
    if (lora != null) {
      Weights weights = weights(plan, beginning(resumed), head);
      return resumed.trainer(backend, plan, weights, builder.registry());
    }
    return resumed.trainer(
        backend,
        plan,
        weights ->
            weights(
                plan, StateDict.load(place, weights, builder.name(), builder.architecture()), head),
        builder.registry());
  }

  /** Returns the model's weights, and those of the adapters, with which a training begins. */
  private Weights beginning(@Nullable Checkpoint resumed) {
    return lora == null || traits == null
        ? start
        : lora.start(start, traits, flags.run.seed, resumed, builder.registry());
  }

  private static Weights weights(TrainingPlan plan, Weights model, ClassifierHead head) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String name : plan.parameters().keySet()) {
      weights.put(name, name.equals(ClassifierObjective.HEAD) ? head.weight() : model.get(name));
    }
    return Weights.of(weights);
  }

  private ClassifierHead head(Weights trained) {
    float[] rows = trained.get(ClassifierObjective.HEAD).toFloats();
    return new ClassifierHead(zeroShot.classes(), Embeddings.of(zeroShot.rows().width(), rows));
  }

  /** Writes the model as it stands, the text tower as it was, and the head; or the adapters. */
  private void write(Path part, Pictures preparing, Trainer trainer) {
    try (Weights trained = trainer.weights()) {
      if (traits != null) {
        Adapters.write(part, traits, trained);
        head(trained).write(part.resolve(ClassifierHead.FILE));
        return;
      }
      ModelFolder.write(
          part,
          builder.architecture().config(),
          preparing.config(),
          WeightSource.of(new MixedWeights(start, trained, 1)));
      head(trained).write(part.resolve(ClassifierHead.FILE));
    }
  }
}
