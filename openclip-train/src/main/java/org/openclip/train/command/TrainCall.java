package org.openclip.train.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.FreshWeights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.data.Dataset;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelInTraining;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RemoteSync;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.Teacher;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.Validation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
  /** The largest scale of logits, that of CLIP's paper. */
  private static final double LARGEST_SCALE = Math.log(100);

  private final GivenFlags given;
  private final ReferenceFlags.Sorted others;

  @Option(
      names = "--coca-contrastive-loss-weight",
      paramLabel = "W",
      description = "Of CoCa's two losses. Default: 1.")
  private double contrastiveWeight = 1;

  @Option(
      names = "--coca-caption-loss-weight",
      paramLabel = "W",
      description = "Of CoCa's two losses. Default: 2.")
  private double captionWeight = 2;

  @Option(
      names = "--grad-checkpointing",
      description = "Computes twice what would not fit into memory.")
  private boolean checkpointing;

  @Option(names = "--backend", paramLabel = "NAME", description = "What computes. Default: tf.")
  private String backend = "tf";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cuda (a GPU where there is one), cuda:N, or cpu. Default: cuda.")
  private String device = "cuda";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a step on the CPU. Default: the physical cores.")
  private int threads;

  @Mixin private ModelFlags model = new ModelFlags();
  @Mixin private DataFlags data = new DataFlags();
  @Mixin private OptimizerFlags optimizer = new OptimizerFlags();
  @Mixin private LockFlags lockFlags = new LockFlags();
  @Mixin private RunFlags runFlags = new RunFlags();
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
    long stepsInEpoch = dataset == null ? 0 : stepsInEpoch(dataset);
    ModelBuilder builder = model.builder(environment);
    builder.architecture(); // An unknown model is said before a folder is made for it,
    model.variations.augmentation(); // and so is what does not vary pictures.
    RunFolder folder = runFlags.folder(model.name);
    Checkpoint resumed = runFlags.resumed(folder);
    if (resumed != null && dataset != null) {
      checkSame(resumed, given.trained(model.name));
    }
    folder.params(given.all());
    try (StopSignal stop = StopSignal.listen();
        RunReporter reporter = reporter(environment, folder, stepsInEpoch);
        RemoteSync sync = sync(folder, reporter)) {
      if (sync != null) {
        reporter.say("the run's folder is copied to " + sync.place());
      }
      others.notes().forEach(reporter::say);
      data.notes().forEach(reporter::say);
      model.variations.notes().forEach(reporter::say);
      runFlags.precisionNote().ifPresent(reporter::say);
      work(environment, builder, folder, resumed, stop, reporter, dataset, stepsInEpoch);
    } catch (OpenClipException e) {
      folder.log(String.valueOf(e.getMessage()));
      throw e;
    }
    return 0;
  }

  private @Nullable RemoteSync sync(RunFolder folder, RunReporter reporter) {
    return runFlags
        .remote(folder)
        .map(to -> RemoteSync.start(folder.path(), to, runFlags.remotePause(), reporter::say))
        .orElse(null);
  }

  private void work(
      Environment environment,
      ModelBuilder builder,
      RunFolder folder,
      @Nullable Checkpoint resumed,
      StopSignal stop,
      RunReporter reporter,
      @Nullable Dataset dataset,
      long stepsInEpoch) {
    Architecture architecture = builder.architecture();
    try (Teacher teacher = dataset == null ? null : teacher(builder, environment);
        Backend running = open(builder.registry())) {
      TrainingGraphs graphs =
          graphs(architecture, builder.registry(), teacher == null ? 0 : teacher.width());
      try (Trainer trainer = trainer(running, builder, graphs, resumed)) {
        Pictures pictures =
            new Pictures(builder, model.variations.augmentation(), model.mostPixels);
        Validation measured = validation(pictures, graphs, trainer, builder);
        Progress start = resumed == null ? Progress.START : resumed.progress();
        if (dataset == null) {
          measured
              .run(Math.max(start.epoch(), runFlags.epochs), stop, reporter::say)
              .ifPresent(metrics -> reporter.results(start.epoch(), metrics));
          return;
        }
        Saver saver =
            new Saver(
                folder,
                architecture.config(),
                pictures.config(),
                trainer,
                given.trained(model.name),
                runFlags);
        reporter.atEpochs(
            progress -> {
              saver.epoch(progress);
              measured
                  .run(progress.epoch(), stop, reporter::say)
                  .ifPresent(metrics -> reporter.results(progress.epoch(), metrics));
            });
        TrainingLoop loop =
            new TrainingLoop(
                architecture,
                trainer,
                dataset,
                pictures.varied(builder.tokenizer()),
                optimizer.schedule(runFlags.epochs, stepsInEpoch),
                new TrainingLoop.Settings(
                    runFlags.seed,
                    runFlags.batchSize,
                    runFlags.accumulate,
                    runFlags.epochs,
                    stepsInEpoch,
                    runFlags.workers),
                teacher == null ? TrainingLoop.Extras.NONE : teacher);
        train(loop, saver, start, reporter, stop, folder, stepsInEpoch);
      }
    }
  }

  /** Loads the model to learn from, if there is one. */
  private @Nullable Teacher teacher(ModelBuilder student, Environment environment) {
    ModelBuilder builder = model.teacher(environment).orElse(null);
    if (builder == null) {
      return null;
    }
    Architecture architecture = student.architecture();
    if (runFlags.accumulate > 1 || architecture.decoder().isPresent()) {
      throw new UsageException(
          "--distill-model works with neither --accum-freq nor a model that writes captions");
    }
    ClipModel loaded =
        builder
            .backend(backend)
            .device(device())
            .precision(runFlags.precision())
            .threads(threads)
            .load();
    try {
      return new Teacher(loaded, architecture, student.tokenizer());
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private void train(
      TrainingLoop loop,
      Saver saver,
      Progress start,
      RunReporter reporter,
      StopSignal stop,
      RunFolder folder,
      long stepsInEpoch) {
    reporter.say(
        "%s: %d epochs of %d steps, from step %d, in %s"
            .formatted(model.name, runFlags.epochs, stepsInEpoch, start.step(), folder.path()));
    Progress reached = loop.run(start, reporter, stop);
    if (reached.epoch() < runFlags.epochs) {
      saver.stopped(reached);
      reporter.say(
          "stopped at step %d; go on with: openclip train ... --name %s --resume latest"
              .formatted(reached.step(), folder.path().getFileName()));
    } else {
      reporter.say(
          "done after %d steps; %d samples were left out"
              .formatted(reached.step(), loop.leftOut()));
    }
  }

  private long stepsInEpoch(Dataset dataset) {
    long samples = data.epochSamples(dataset);
    long steps = samples / ((long) runFlags.batchSize * runFlags.accumulate);
    if (steps < 1) {
      throw new UsageException(
          "an epoch of %d samples has no batch of %d; take a smaller --batch-size"
              .formatted(samples, runFlags.batchSize));
    }
    return steps;
  }

  private RunReporter reporter(Environment environment, RunFolder folder, long stepsInEpoch) {
    return new RunReporter(
        environment,
        folder,
        runFlags.tensorBoard(),
        runFlags.cadence(),
        runFlags.batchSize * runFlags.accumulate,
        runFlags.epochs * stepsInEpoch);
  }

  private Backend open(PluginRegistry plugins) {
    return plugins
        .named(BackendProvider.class, backend)
        .open(new BackendOptions(device(), runFlags.precision(), threads));
  }

  /** Returns the device; as in the reference, {@code cuda} does without a GPU, too. */
  private Device device() {
    return device.equals("cuda") ? Device.AUTO : Device.parse(device);
  }

  private TrainingGraphs graphs(
      Architecture architecture, PluginRegistry plugins, int teacherWidth) {
    String lossName =
        teacherWidth > 0
            ? "distill"
            : model.siglip ? "siglip" : architecture.decoder().isPresent() ? "coca" : "clip";
    Map<String, Object> lossOptions =
        lossName.equals("coca")
            ? Map.of("clip_loss_weight", contrastiveWeight, "caption_loss_weight", captionWeight)
            : Map.of();
    return TrainingGraphs.of(
        architecture, plugins.named(LossProvider.class, lossName), lossOptions, teacherWidth);
  }

  private Trainer trainer(
      Backend running, ModelBuilder builder, TrainingGraphs graphs, @Nullable Checkpoint resumed) {
    Architecture architecture = builder.architecture();
    PluginRegistry plugins = builder.registry();
    Locks locks = lockFlags.locks(architecture);
    TrainingPlan plan =
        new TrainingPlan(
            graphs.towers(),
            graphs.objective(),
            optimizer.optimizer(model.name, plugins),
            DecayGroups.rules(
                architecture.parameters(),
                optimizer.weightDecay(),
                optimizer.spared(),
                locks.parameters()::contains,
                locks.rates()),
            locks.statistics(),
            Map.of("logit_scale", new TrainingPlan.Clamp(0, LARGEST_SCALE)),
            optimizer.gradientNorm(),
            checkpointing);
    if (resumed != null) {
      try (Weights weights = resumed.weights(plugins);
          Weights state = resumed.optimizer(plugins)) {
        Trainer trainer =
            running.train(
                plan,
                StateDict.load(resumed.folder().toString(), weights, model.name, architecture));
        trainer.restoreOptimizer(state);
        return trainer;
      }
    }
    if (model.isPretrained()) {
      Path file = builder.fetch();
      try (Weights weights = Checkpoints.open(file, plugins)) {
        return running.train(
            plan, StateDict.load(file.toString(), weights, model.name, architecture));
      }
    }
    return running.train(plan, FreshWeights.random(architecture, runFlags.seed).toWeights());
  }

  private Validation validation(
      Pictures pictures, TrainingGraphs graphs, Trainer trainer, ModelBuilder builder) {
    Tokenizer tokenizer = builder.tokenizer();
    ModelInTraining seen =
        new ModelInTraining(
            model.name,
            builder.architecture(),
            graphs,
            trainer,
            tokenizer,
            pictures.preprocessor(),
            builder.registry(),
            runFlags.batchSize);
    List<Validation.Labelled> labelled = new ArrayList<>();
    validation
        .labelled()
        .forEach(
            (prefix, set) ->
                labelled.add(
                    new Validation.Labelled(
                        prefix,
                        new Validation.Classes(set.names(), validation.templates()),
                        new Validation.Source(
                            set.dataset(),
                            pictures.plain(
                                ModelPreparation.Captions.labels(set.names().size()))))));
    Validation.Source pairs =
        validation.pairs == null
            ? null
            : new Validation.Source(
                data.validation(validation.pairs, validation.samples),
                pictures.plain(ModelPreparation.Captions.of(tokenizer)));
    return new Validation(
        seen,
        pairs,
        validation.pairsEvery,
        labelled,
        validation.labelledEvery,
        new Validation.Settings(runFlags.epochs, runFlags.batchSize, runFlags.workers));
  }

  private void checkSame(Checkpoint checkpoint, Map<String, String> options) {
    Map<String, String> differences = GivenFlags.differences(checkpoint.options(), options);
    if (!differences.isEmpty() && !runFlags.resumeChanged) {
      throw new UsageException(
          "the checkpoint "
              + checkpoint.folder()
              + " was trained with other flags: "
              + differences
              + "; give the same, or --resume-changed");
    }
  }
}
