package org.openclip.train.command;

import org.jspecify.annotations.Nullable;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.data.Dataset;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.Validation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

  @Mixin private ModelFlags model = new ModelFlags();
  @Mixin private DataFlags data = new DataFlags();
  @Mixin private ObjectiveFlags objective = new ObjectiveFlags();
  @Mixin private OptimizerFlags optimizer = new OptimizerFlags();
  @Mixin private LockFlags locks = new LockFlags();
  @Mixin private ComputeFlags computing = new ComputeFlags();
  @Mixin private RunFlags running = new RunFlags();
  @Mixin private ValidationFlags validation = new ValidationFlags();

  TrainCall(GivenFlags given, ReferenceFlags.Sorted others) {
    this.given = given;
    this.others = others;
  }

  @Override
  public int run(Environment environment) {
    others.check();
    if (!data.trains() && !validation.any()) {
      throw new UsageException(
          "--train-data is missing; it names the data to train on. With --val-data or"
              + " --imagenet-val alone, a model is only measured");
    }
    Dataset dataset = data.trains() ? data.training() : null;
    TrainingRun.Length length =
        new TrainingRun.Length(
            running.batchSize * computing.accumulate, dataset == null ? 0 : stepsInEpoch(dataset));
    ModelBuilder builder = model.builder(environment);
    builder.architecture(); // An unknown model is said before a folder is made for it,
    model.variations.augmentation(); // and so is what does not vary pictures.
    RunFolder folder = running.folder(model.name, computing.precision);
    Checkpoint resumed = running.resumed(folder);
    if (resumed != null && dataset != null) {
      running.checkSame(resumed, given.trained(model.name));
    }
    folder.params(given.all());
    return TrainingRun.in(
        environment,
        running,
        folder,
        length,
        run -> {
          others.notes().forEach(run::say);
          data.notes().forEach(run::say);
          model.variations.notes().forEach(run::say);
          work(run, environment, builder, resumed, dataset);
          return 0;
        });
  }

  private void work(
      TrainingRun run,
      Environment environment,
      ModelBuilder builder,
      @Nullable Checkpoint resumed,
      @Nullable Dataset dataset) {
    ModelTrainer.Flags flags =
        new ModelTrainer.Flags(model, objective, optimizer, locks, computing, running);
    try (ModelTrainer trainer =
        ModelTrainer.open(flags, builder, environment, resumed, dataset != null)) {
      computing.note().ifPresent(run::say);
      Pictures pictures = new Pictures(builder, model.variations.augmentation(), model.mostPixels);
      Validation measured =
          validation.of(
              trainer.model(pictures),
              data,
              pictures,
              new Validation.Settings(running.epochs, running.batchSize, running.workers));
      Progress start = resumed == null ? Progress.START : resumed.progress();
      if (dataset == null) {
        measure(run, measured, Math.max(start.epoch(), running.epochs), start.epoch());
        return;
      }
      Architecture architecture = builder.architecture();
      Saver saver =
          new Saver(
              run.folder(),
              part -> trainer.write(part, pictures.config()),
              trainer.trainer(),
              given.trained(model.name),
              running,
              resumed);
      run.reporter()
          .atEpochs(
              progress -> {
                saver.epoch(progress);
                measure(run, measured, progress.epoch(), progress.epoch());
              });
      TrainingLoop loop =
          new TrainingLoop(
              architecture,
              trainer.trainer(),
              dataset,
              pictures.varied(builder.tokenizer()),
              optimizer.schedule(running.epochs, run.length().stepsInEpoch()),
              running.loop(computing.accumulate, run.length().stepsInEpoch()),
              trainer.extras());
      run.train("train", model.name, loop, start, saver);
    }
  }

  /**
   * Measures what is due.
   *
   * @param due at the end of which epoch
   * @param trained how many epochs the model was trained for
   */
  private static void measure(TrainingRun run, Validation measured, int due, int trained) {
    measured
        .run(due, run.stop(), run::say)
        .ifPresent(metrics -> run.reporter().results(trained, metrics));
  }

  private long stepsInEpoch(Dataset dataset) {
    long samples = data.epochSamples(dataset);
    long steps = samples / ((long) running.batchSize * computing.accumulate);
    if (steps < 1) {
      throw new UsageException(
          "an epoch of %d samples has no batch of %d; take a smaller --batch-size"
              .formatted(samples, running.batchSize));
    }
    return steps;
  }
}
