package org.openclip.train.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.FreshWeights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.PictureFiles;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.data.Dataset;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TrainingLoop;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that trains a model, with the reference's flags. */
public final class TrainCommand implements CommandProvider {
  /** The largest scale of logits, that of CLIP's paper. */
  private static final double LARGEST_SCALE = Math.log(100);

  /** Creates the provider. */
  public TrainCommand() {}

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "Trains a model on pictures and captions";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(List.copyOf(arguments)), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip train [OPTION...]",
      sortOptions = false,
      footer = {
        "",
        "  openclip train --model ViT-B-32 --train-data 'cc3m/{00000..00331}.tar' \\",
        "    --train-num-samples 2905954 --batch-size 64 --epochs 8 --warmup 500",
        "  openclip train --name mine --resume latest ..."
      })
  private static final class Call implements Arguments.Call {
    /** Flags that say where and how long, not what is trained. */
    private static final Set<String> FREE =
        Set.of(
            "--logs",
            "--name",
            "--resume",
            "--resume-changed",
            "--workers",
            "-j",
            "--log-every-n-steps",
            "--report-to",
            "--save-frequency",
            "--save-most-recent",
            "--delete-previous-checkpoint",
            "--threads");

    private final List<String> given;

    @Option(
        names = "--model",
        paramLabel = "MODEL",
        description = "A name of 'openclip models'. Default: RN50.")
    private String model = "RN50";

    @Option(
        names = "--pretrained",
        paramLabel = "TAG",
        description = "Where to start: a tag or a checkpoint. Default: new weights.")
    private @Nullable String pretrained;

    @Option(names = "--siglip", description = "Trains with SigLIP's loss of single pairs.")
    private boolean siglip;

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

    @Option(
        names = "--force-quick-gelu",
        description = "Uses OpenAI's activation whatever the model's configuration says.")
    private boolean forceQuickGelu;

    @Option(
        names = "--force-patch-dropout",
        paramLabel = "SHARE",
        description = "Leaves out so many of the patches in training.")
    private @Nullable Double patchDropout;

    @Option(
        names = "--force-image-size",
        paramLabel = "PIXELS",
        description = "Of the pictures that enter.")
    private @Nullable Integer imageSize;

    @Option(
        names = "--aug-cfg",
        arity = "1..*",
        paramLabel = "KEY=VALUE",
        description = "Of the pictures' variations, such as scale=0.5,1.0.")
    private Map<String, String> augmentation = new LinkedHashMap<>();

    @Option(
        names = "--max-image-pixels",
        paramLabel = "N",
        description = "Leaves out pictures that have more. Default: 25000000.")
    private long mostPixels = 25_000_000;

    @Option(names = "--backend", paramLabel = "NAME", description = "What computes. Default: tf.")
    private String backend = "tf";

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads of a step on the CPU. Default: the physical cores.")
    private int threads;

    @Mixin private DataFlags data = new DataFlags();
    @Mixin private OptimizerFlags optimizer = new OptimizerFlags();
    @Mixin private LockFlags lockFlags = new LockFlags();
    @Mixin private RunFlags runFlags = new RunFlags();

    Call(List<String> given) {
      this.given = given;
    }

    @Override
    public int run(Environment environment) {
      PluginRegistry plugins = environment.plugins();
      Dataset dataset = data.dataset();
      long stepsInEpoch =
          data.epochSamples(dataset) / ((long) runFlags.batchSize * runFlags.accumulate);
      if (stepsInEpoch < 1) {
        throw new UsageException(
            "an epoch of %d samples has no batch of %d; take a smaller --batch-size"
                .formatted(data.epochSamples(dataset), runFlags.batchSize));
      }
      ModelBuilder builder = builder(plugins);
      Architecture architecture = builder.architecture();
      RunFolder folder = runFlags.folder(model);
      Checkpoint resumed = runFlags.resumed(folder);
      Map<String, String> options = options();
      if (resumed != null) {
        checkSame(resumed, options);
      }
      folder.params(options);
      try (Backend running = open(plugins);
          Trainer trainer = trainer(running, architecture, resumed, plugins)) {
        loop(environment, builder, dataset, trainer, folder, resumed, options, stepsInEpoch);
      }
      return 0;
    }

    private void loop(
        Environment environment,
        ModelBuilder builder,
        Dataset dataset,
        Trainer trainer,
        RunFolder folder,
        @Nullable Checkpoint resumed,
        Map<String, String> options,
        long stepsInEpoch) {
      Architecture architecture = builder.architecture();
      PreprocessConfig preprocess = builder.preprocessing();
      TrainingLoop loop =
          new TrainingLoop(
              architecture,
              trainer,
              dataset,
              preparation(builder, architecture, preprocess),
              optimizer.schedule(runFlags.epochs, stepsInEpoch),
              new TrainingLoop.Settings(
                  runFlags.seed,
                  runFlags.batchSize,
                  runFlags.accumulate,
                  runFlags.epochs,
                  stepsInEpoch,
                  runFlags.workers));
      Saver saver =
          new Saver(folder, architecture.config(), preprocess, trainer, options, runFlags);
      AtomicBoolean stop = new AtomicBoolean();
      CountDownLatch saved = new CountDownLatch(1);
      Thread hook = new Thread(() -> await(stop, saved), "openclip-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      try (RunReporter reporter =
          new RunReporter(
              environment,
              folder,
              runFlags.tensorBoard(),
              runFlags.logEvery,
              runFlags.batchSize * runFlags.accumulate,
              runFlags.epochs * stepsInEpoch,
              saver::epoch)) {
        Progress start = resumed == null ? Progress.START : resumed.progress();
        reporter.say(
            "%s: %d epochs of %d steps, from step %d, in %s"
                .formatted(model, runFlags.epochs, stepsInEpoch, start.step(), folder.path()));
        Progress reached = loop.run(start, reporter, stop::get);
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
      } finally {
        saved.countDown();
        removeHook(hook);
      }
    }

    /** Runs when the process is told to end: lets the step under way finish and be saved. */
    private static void await(AtomicBoolean stop, CountDownLatch saved) {
      stop.set(true);
      try {
        saved.await(10, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void removeHook(Thread hook) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already.
      }
    }

    private ModelBuilder builder(PluginRegistry plugins) {
      ModelBuilder builder = OpenClip.model(model).plugins(plugins);
      if (pretrained != null) {
        builder.pretrained(pretrained);
      }
      if (forceQuickGelu) {
        builder.override("quick_gelu", true);
      }
      if (patchDropout != null) {
        builder.override("vision_cfg.patch_dropout", patchDropout);
      }
      if (imageSize != null) {
        builder.imageSize(imageSize, imageSize);
      }
      if (siglip) {
        builder.override("init_logit_scale", Math.log(10)).override("init_logit_bias", -10);
      }
      return builder;
    }

    private Backend open(PluginRegistry plugins) {
      return plugins
          .named(BackendProvider.class, backend)
          .open(new BackendOptions(Device.AUTO, runFlags.precision(), threads));
    }

    private Trainer trainer(
        Backend running,
        Architecture architecture,
        @Nullable Checkpoint resumed,
        PluginRegistry plugins) {
      String lossName = siglip ? "siglip" : architecture.decoder().isPresent() ? "coca" : "clip";
      Map<String, Object> lossOptions =
          lossName.equals("coca")
              ? Map.of(
                  "contrastive_loss_weight", contrastiveWeight,
                  "caption_loss_weight", captionWeight)
              : Map.of();
      TrainingGraphs graphs =
          TrainingGraphs.of(
              architecture, plugins.named(LossProvider.class, lossName), lossOptions, 0);
      Locks locks = lockFlags.locks(architecture);
      TrainingPlan plan =
          new TrainingPlan(
              graphs.towers(),
              graphs.objective(),
              optimizer.optimizer(model, plugins),
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
                  plan, StateDict.load(resumed.folder().toString(), weights, model, architecture));
          trainer.restoreOptimizer(state);
          return trainer;
        }
      }
      if (pretrained != null) {
        Path file = builder(plugins).fetch();
        try (Weights weights = Checkpoints.open(file, plugins)) {
          return running.train(plan, StateDict.load(file.toString(), weights, model, architecture));
        }
      }
      return running.train(plan, FreshWeights.random(architecture, runFlags.seed).toWeights());
    }

    private ModelPreparation preparation(
        ModelBuilder builder, Architecture architecture, PreprocessConfig preprocess) {
      PluginRegistry plugins = builder.registry();
      ImagePreprocessorProvider provider =
          plugins
              .first(
                  ImagePreprocessorProvider.class, p -> p.matches(architecture.config().vision()))
              .orElseThrow(
                  () -> new OpenClipException("no plugin prepares pictures; add openclip-models"));
      return new ModelPreparation(
          new PictureFiles(plugins),
          provider.augmenter(preprocess, Augmentation.of(AugmentationFlag.read(augmentation))),
          builder.tokenizer(),
          3 * preprocess.height() * preprocess.width(),
          mostPixels);
    }

    /** Returns the flags that decide what is trained, by name. */
    private Map<String, String> options() {
      Map<String, String> options = new TreeMap<>();
      for (int i = 0; i < given.size(); i++) {
        String flag = given.get(i);
        if (!flag.startsWith("-")) {
          continue;
        }
        int equals = flag.indexOf('=');
        String name = equals < 0 ? flag : flag.substring(0, equals);
        StringBuilder value = new StringBuilder(equals < 0 ? "" : flag.substring(equals + 1));
        while (equals < 0 && i + 1 < given.size() && !given.get(i + 1).startsWith("--")) {
          value.append(value.isEmpty() ? "" : " ").append(given.get(++i));
        }
        if (!FREE.contains(name)) {
          options.put(name, value.toString());
        }
      }
      options.putIfAbsent("--model", model);
      return options;
    }

    private void checkSame(Checkpoint checkpoint, Map<String, String> options) {
      Map<String, String> differences = new TreeMap<>();
      Map<String, String> before = checkpoint.options();
      before.forEach(
          (name, value) -> {
            String now = options.getOrDefault(name, "(default)");
            if (!now.equals(value)) {
              differences.put(name, value + " -> " + now);
            }
          });
      options.forEach(
          (name, value) -> {
            if (!before.containsKey(name)) {
              differences.put(name, "(default) -> " + value);
            }
          });
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
}
