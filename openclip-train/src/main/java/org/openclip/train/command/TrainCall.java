package org.openclip.train.command;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.data.DataFlags;
import org.openclip.train.command.data.FirstSample;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.data.StepsInEpoch;
import org.openclip.train.command.data.ValidationFlags;
import org.openclip.train.command.distributed.DistributedFlags;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.command.flag.ReferenceFlags;
import org.openclip.train.command.run.ComputeFlags;
import org.openclip.train.command.run.ModelTrainer;
import org.openclip.train.command.run.ObjectiveFlags;
import org.openclip.train.command.run.RunFlags;
import org.openclip.train.command.run.RunPlace;
import org.openclip.train.command.run.Saver;
import org.openclip.train.command.run.TrainingRun;
import org.openclip.train.data.Dataset;
import org.openclip.train.distributed.Placement;
import org.openclip.train.run.Checkpoint;
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
  @Mixin private ObjectiveFlags objective = new ObjectiveFlags();
  @Mixin private OptimizerFlags optimizer = new OptimizerFlags();
  @Mixin private LockFlags locks = new LockFlags();
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
    Dataset dataset = data.trains() ? data.training() : null;
    long planned = dataset == null ? 0 : stepsInEpoch(dataset, place.size());
    ModelBuilder builder = model.builder(environment);
    builder.architecture(); // An unknown model is said before a folder is made for it,
    model.variations.augmentation(); // and so is what does not vary pictures.
    EffectiveFlags all = effective();
    EffectiveFlags flags = GivenFlags.trained(all, model.name);
    Environment heard = place.rank() == 0 ? environment : silent(environment);
    try (Together together = Together.meet(distributed, place, facts(all, dataset), environment)) {
      try {
        return train(heard, together, builder, dataset, planned, flags);
      } catch (RuntimeException e) {
        throw together.explained(e);
      }
    }
  }

  /** Returns what must be the same in all processes. */
  private Map<String, String> facts(EffectiveFlags all, @Nullable Dataset dataset) {
    Map<String, String> facts = new TreeMap<>(GivenFlags.shared(all));
    facts.put("--model", model.name);
    facts.put("the version of OpenCLIP", Main.version());
    facts.put("the version of Java", Runtime.version().toString());
    if (dataset != null) {
      facts.put("the training data", dataset.fingerprint());
    }
    return facts;
  }

  /** Of several processes one alone tells people how the training goes. */
  private static Environment silent(Environment environment) {
    return new Environment(
        environment.out(),
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        environment.plugins(),
        false);
  }

  private int train(
      Environment environment,
      Together together,
      ModelBuilder builder,
      @Nullable Dataset dataset,
      long planned,
      EffectiveFlags flags) {
    List<String> said = new ArrayList<>();
    RunPlace place = RunPlace.of(together, running, model.name, computing.precision, said::add);
    RunFolder folder = place.folder();
    Checkpoint resumed = place.resumed();
    long steps = planned;
    if (resumed != null && dataset != null) {
      running.checkSame(resumed, flags);
      steps = running.resumeChanged() ? planned : Saver.steps(resumed, planned);
    }
    if (together.writes()) {
      running.params(folder, given, said::add);
    }
    TrainingRun.Length length =
        new TrainingRun.Length(running.batchSize * computing.accumulate * together.size(), steps);
    return TrainingRun.in(
        environment,
        running,
        folder,
        length,
        together.writes(),
        run -> {
          said.forEach(run::say);
          others.notes().forEach(run::say);
          model.variations.notes().forEach(run::say);
          together.notes(resumed).forEach(run::say);
          Pictures pictures =
              new Pictures(builder, model.variations.augmentation(), model.mostPixels);
          ValidationFlags.Sources measured = validation.sources(data, builder, pictures);
          data.notes().forEach(run::say);
          if (dataset != null) {
            FirstSample.find(
                data.trainingName(), dataset, pictures.varied(builder.tokenizer()), run.stop());
          }
          measured.check(run.stop());
          work(
              run,
              environment,
              together,
              builder,
              resumed,
              new Data(dataset, pictures, measured),
              flags);
          return 0;
        });
  }

  /**
   * What a model is trained on and measured by.
   *
   * @param training null when it is only measured
   * @param pictures what is done to pictures
   */
  private record Data(
      @Nullable Dataset training, Pictures pictures, ValidationFlags.Sources measured) {}

  private void work(
      TrainingRun run,
      Environment environment,
      Together together,
      ModelBuilder builder,
      @Nullable Checkpoint resumed,
      Data samples,
      EffectiveFlags effective) {
    Dataset dataset = samples.training();
    Pictures pictures = samples.pictures();
    ModelTrainer.Flags flags =
        new ModelTrainer.Flags(model, objective, optimizer, locks, computing, running, together);
    try (ModelTrainer trainer =
        ModelTrainer.open(flags, builder, environment, resumed, dataset != null)) {
      computing.note().ifPresent(run::say);
      Progress start = resumed == null ? Progress.START : resumed.progress();
      // Without a training, everything is due.
      int last = dataset == null ? start.epoch() : running.epochs;
      Validation measured =
          samples
              .measured()
              .of(
                  trainer.model(pictures),
                  new Validation.Settings(last, running.batchSize, running.threads()),
                  trainer.ranks());
      if (dataset == null) {
        measure(run, together, measured, start.epoch());
        return;
      }
      Architecture architecture = builder.architecture();
      Saver saver =
          new Saver(
              run.folder(),
              part -> trainer.write(part, pictures.config()),
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
              architecture,
              trainer.trainer(),
              dataset,
              pictures.varied(builder.tokenizer()),
              optimizer.schedule(running.epochs, run.length().stepsInEpoch()),
              running.loop(computing.accumulate, run.length().stepsInEpoch()),
              trainer.extras(),
              trainer.ranks());
      run.train("train", model.name, loop, start, together.saves() ? saver : null);
    }
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
    computing.check();
    running.check();
    validation.check();
  }

  private EffectiveFlags effective() {
    CommandSpec read = Objects.requireNonNull(spec, "picocli sets it");
    return EffectiveFlags.of(read, optimizer.defaults(model.name));
  }

  private long stepsInEpoch(Dataset dataset, int processes) {
    long samples = data.epochSamples(dataset);
    long steps =
        new StepsInEpoch(running.batchSize, computing.accumulate, running.workers, processes)
            .of(dataset, samples);
    if (steps < 1) {
      throw new UsageException(
          "an epoch of %s samples is smaller than a batch of %s%s; use a smaller --batch-size"
              .formatted(
                  samples,
                  running.batchSize,
                  processes == 1 ? "" : " for each of " + processes + " processes"));
    }
    return steps;
  }
}
