package org.openclip.train.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.train.command.data.DataFlags;
import org.openclip.train.command.data.FirstSample;
import org.openclip.train.command.data.Preparations;
import org.openclip.train.command.data.ValidationFlags;
import org.openclip.train.command.distributed.DistributedFlags;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.KindFlags;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.NaFlexFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.command.flag.ReferenceFlags;
import org.openclip.train.command.flag.SoundFlags;
import org.openclip.train.command.run.ComputeFlags;
import org.openclip.train.command.run.EpochBatches;
import org.openclip.train.command.run.GenerativeTrainer;
import org.openclip.train.command.run.LoraTraining;
import org.openclip.train.command.run.ModelTrainer;
import org.openclip.train.command.run.ObjectiveFlags;
import org.openclip.train.command.run.RunFlags;
import org.openclip.train.command.run.RunPlace;
import org.openclip.train.command.run.Saver;
import org.openclip.train.command.run.TrainedModel;
import org.openclip.train.command.run.TrainedSounds;
import org.openclip.train.command.run.TrainingRun;
import org.openclip.train.data.Dataset;
import org.openclip.train.distributed.Placement;
import org.openclip.train.naflex.LossScale;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.Validation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One call of the command that trains. */
@Command(
    customSynopsis = "openclip train [OPTION...]",
    sortOptions = false,
    footer = {
      "",
      "  openclip train --model ViT-B-32 --train-data 'cc3m/{00000..00331}.tar' \\",
      "    --train-num-samples 2905954 --batch-size 64 --epochs 8 --warmup 500",
      "  openclip train --name mine --resume latest ..."
    })
final class TrainCall implements Arguments.Call {
  private final GivenFlags given;
  private final ReferenceFlags.Sorted others;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ModelFlags model = new ModelFlags();
  @Mixin private DataFlags data = new DataFlags();
  @Mixin private SoundFlags sound = new SoundFlags();
  @Mixin private NaFlexFlags naflex = new NaFlexFlags();
  @Mixin private ObjectiveFlags objective = new ObjectiveFlags();
  @Mixin private OptimizerFlags optimizer = new OptimizerFlags();
  @Mixin private LockFlags locks = new LockFlags();
  @Mixin private LoraFlags lora = new LoraFlags();
  @Mixin private ComputeFlags computing = new ComputeFlags();
  @Mixin private RunFlags running = new RunFlags();
  @Mixin private DistributedFlags distributed = new DistributedFlags();
  @Mixin private ValidationFlags validation = new ValidationFlags();

  TrainCall(GivenFlags given, ReferenceFlags.Sorted others) {
    this.given = given;
    this.others = others;
  }

  @Override
  public int run(Environment environment) {
    others.check();
    check();
    if (!data.trains() && !validation.any()) {
      throw new UsageException(
          "--train-data is missing; set it to the training data. With only --val-data or"
              + " --imagenet-val, a model is evaluated");
    }
    Placement place = distributed.placement();
    distributed.gradients();
    if (!place.alone()) {
      computing.checkTrains(environment.plugins());
    }
    GenerativeBuilder generative = model.generative(environment).orElse(null);
    if (generative != null) {
      return generate(environment, place, generative);
    }
    PreparedModel prepared =
        new ModelPreparing(model, data.format, sound, naflex, objective, locks, lora)
            .prepare(given, environment);
    Dataset dataset = data.trains() ? data.training() : null;
    EpochBatches planned =
        dataset == null ? null : batches(dataset, prepared.lengths(), place.size());
    EffectiveFlags all = effective();
    EffectiveFlags flags = GivenFlags.trained(all, model.name);
    return new TrainingProcess(distributed, place, environment)
        .run(
            TrainingProcess.facts(model.name, all, dataset),
            (heard, together) -> train(heard, together, prepared, dataset, planned, flags));
  }

  /** Trains a generative model. */
  private int generate(Environment environment, Placement place, GenerativeBuilder builder) {
    boolean ofSounds = GenerativeCall.readsSounds(builder);
    KindFlags.check(given, ofSounds, model.name);
    if (ofSounds) {
      sound.check();
      data.format.readSounds(sound.endings());
    }
    naflex.imply();
    naflex.check();
    objective.checkSizes();
    Dataset dataset = data.trains() ? data.training() : null;
    EffectiveFlags all = effective();
    return new TrainingProcess(distributed, place, environment)
        .run(
            TrainingProcess.facts(model.name, all, dataset),
            (heard, together) ->
                new GenerativeCall(
                        new GenerativeCall.Flags(
                            new GenerativeTrainer.Flags(
                                model, optimizer, computing, running, together),
                            data,
                            sound,
                            naflex,
                            validation,
                            given,
                            all),
                        builder,
                        dataset)
                    .run(heard, others.notes()));
  }

  private int train(
      Environment environment,
      Together together,
      PreparedModel prepared,
      @Nullable Dataset dataset,
      @Nullable EpochBatches planned,
      EffectiveFlags flags) {
    List<String> said = new ArrayList<>();
    RunPlace place = RunPlace.of(together, running, model.name, computing.precision, said::add);
    RunFolder folder = place.folder();
    Checkpoint resumed = place.resumed();
    long steps = planned == null ? 0 : planned.steps();
    if (resumed != null && planned != null) {
      running.checkSame(resumed, flags);
      steps = running.resumeChanged() ? steps : Saver.steps(resumed, steps);
    }
    if (together.writes()) {
      running.params(folder, given, said::add);
    }
    return TrainingRun.execute(
        environment,
        running,
        folder,
        new TrainingRun.Length(steps),
        together.writes(),
        run -> {
          said.forEach(run::say);
          others.notes().forEach(run::say);
          prepared.notes().forEach(run::say);
          together.notes(resumed).forEach(run::say);
          Tokenizer tokenizer = prepared.model().tokenizer();
          Preparations samples = prepared.model().preparations();
          ValidationFlags.Sources measured =
              validation.sources(data, tokenizer, samples, prepared.model().plugins());
          data.notes().forEach(run::say);
          if (dataset != null) {
            FirstSample.find(
                data.trainingName(),
                dataset,
                samples.varied(ModelPreparation.Captions.of(tokenizer)),
                run.stop());
          }
          measured.check(run.stop());
          work(run, together, prepared, resumed, new Data(dataset, planned, measured), flags);
          return 0;
        });
  }

  /**
   * What a model is trained on and measured by.
   *
   * @param training null when it is only measured
   * @param batches of the training; null when it is only measured
   */
  private record Data(
      @Nullable Dataset training,
      @Nullable EpochBatches batches,
      ValidationFlags.Sources measured) {}

  private void work(
      TrainingRun run,
      Together together,
      PreparedModel prepared,
      @Nullable Checkpoint resumed,
      Data samples,
      EffectiveFlags effective) {
    Dataset dataset = samples.training();
    EpochBatches batches = samples.batches();
    TrainedModel trained = prepared.model();
    ModelTrainer.Flags flags =
        new ModelTrainer.Flags(
            model,
            objective,
            optimizer,
            locks,
            lora,
            computing,
            running,
            together,
            prepared.lengths());
    try (ModelTrainer trainer = ModelTrainer.open(flags, trained, resumed, dataset != null)) {
      computing.note().ifPresent(run::say);
      trainer.lora().map(LoraTraining::note).ifPresent(run::say);
      Progress start = resumed == null ? Progress.START : resumed.progress();
      // Without a training, everything is due.
      int last = dataset == null ? start.epoch() : running.epochs;
      Validation measured =
          samples
              .measured()
              .of(
                  trainer.model(),
                  new Validation.Settings(last, running.batchSize, running.threads()),
                  trainer.ranks());
      if (dataset == null || batches == null) {
        measure(run, together, measured, start.epoch());
        return;
      }
      String note =
          trained instanceof TrainedSounds
              ? batches.soundNote(prepared.lengths())
              : batches.note(prepared.lengths());
      if (note != null) {
        run.say(note);
      }
      Saver saver =
          new Saver(
              run.folder(),
              trainer::write,
              trainer.trainer(),
              Saver.options(effective, run.length().stepsInEpoch()),
              running,
              resumed,
              together.writes());
      run.reporter()
          .atEpochs(
              progress -> {
                if (together.saves()) {
                  saver.epoch(progress);
                }
                measure(run, together, measured, progress.epoch());
              });
      TrainingLoop loop =
          new TrainingLoop(
              TrainingLoop.Fitting.of(trained::shortened),
              trainer.trainer(),
              dataset,
              trained.preparations().varied(ModelPreparation.Captions.of(trained.tokenizer())),
              optimizer.schedule(running.epochs, run.length().stepsInEpoch()),
              running.loop(batches.schedule(), computing.accumulate, run.length().stepsInEpoch()),
              trainer.extras(),
              trainer.ranks());
      boolean done = run.train("train", model.name, loop, start, together.saves() ? saver : null);
      if (done && together.writes() && running.keeps()) {
        trainer.lora().ifPresent(adapters -> merge(run, trainer, adapters));
      }
    }
  }

  private static void merge(TrainingRun run, ModelTrainer trainer, LoraTraining adapters) {
    Path folder = run.folder().path().resolve("merged");
    trainer.writeMerged(adapters, folder);
    run.say("the model with its adapters merged is in " + folder);
  }

  /**
   * Measures what is due.
   *
   * @param epoch how many epochs the model was trained for
   */
  private static void measure(TrainingRun run, Together together, Validation measured, int epoch) {
    measured
        .run(epoch, run.stop(), run::say)
        .filter(metrics -> together.writes())
        .ifPresent(metrics -> run.reporter().results(epoch, metrics));
  }

  private void check() {
    model.check();
    data.check();
    optimizer.check();
    locks.check();
    lora.check();
    if (lora.given() && !model.isPretrained()) {
      throw new UsageException(
          "--lora adapts weights that were trained before; name them with --pretrained");
    }
    computing.check();
    running.check();
    validation.check();
  }

  private EffectiveFlags effective() {
    CommandSpec read = Objects.requireNonNull(spec, "picocli sets it");
    return EffectiveFlags.of(read, optimizer.defaults(model.name));
  }

  private EpochBatches batches(Dataset dataset, @Nullable NaFlexPlan images, int processes) {
    int parts = computing.accumulate;
    if (images == null) {
      return EpochBatches.of(running, parts, data, dataset, processes);
    }
    if (images.scale() != LossScale.NONE && parts > 1) {
      throw new UsageException(
          "--naflex-loss-scale does not support --accum-freq; leave one of them out");
    }
    if (model.distils()) {
      throw new UsageException(
          "--distill-model does not support --use-naflex; leave one of them out");
    }
    return EpochBatches.of(
        running, parts, data, dataset, processes, images, naflex.tokensInEpoch());
  }
}
