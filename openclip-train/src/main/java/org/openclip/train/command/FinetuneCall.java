package org.openclip.train.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Backend;
import org.openclip.api.graph.Graph;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.io.Variables;
import org.openclip.train.command.data.ClassFlags;
import org.openclip.train.command.data.FirstSample;
import org.openclip.train.command.data.LabelledData;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.FinetuneFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.OptimizerFlags;
import org.openclip.train.command.flag.PipeFlag;
import org.openclip.train.command.run.FineTuning;
import org.openclip.train.command.run.RunFlags;
import org.openclip.train.command.run.TrainingRun;
import org.openclip.train.distributed.Placement;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.evaluation.LabelledFeatures;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One call of {@code openclip finetune}. */
@Command(
    customSynopsis = "openclip finetune --train-folder FOLDER -o FOLDER [OPTION...]",
    sortOptions = false,
    footer = {
      "",
      "  openclip finetune -m ViT-B-32 -p laion2b_s34b_b79k --train-folder pets/train \\",
      "    --val-folder pets/val --template 'a photo of a {}, a type of pet' \\",
      "    --alpha 0,0.25,0.5,0.75,1 -o models/pets --name pets",
      "  openclip finetune ... --name pets --resume latest"
    })
final class FinetuneCall implements Arguments.Call {
  private final GivenFlags given;

  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--train-folder",
      required = true,
      paramLabel = "PATH",
      description =
          "Training images, in one folder for each class, named after the class; or tar shards"
              + " with cls files, and --class-names.")
  private String trainFolder = "";

  @Option(
      names = "--val-folder",
      paramLabel = "PATH",
      description = "Validation images, in folders of the same names; or tar shards.")
  private @Nullable String valFolder;

  @Mixin private ClassFlags labels = new ClassFlags();
  @Mixin private PipeFlag pipe = new PipeFlag();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The model folder to write.")
  private Path output = Path.of("");

  @Option(
      names = "--alpha",
      split = ",",
      paramLabel = "SHARE",
      description =
          "The share of the fine-tuned weights: 0 is the original model, 1 the fine-tuned one. Of"
              + " several values, each is evaluated on --val-folder, and the best one is written."
              + " Default: 0.5.")
  private List<Double> shares = List.of(0.5);

  @Mixin private FinetuneFlags flags = new FinetuneFlags();
  @Mixin private LoraFlags lora = new LoraFlags();
  @Mixin private OptimizerFlags optimizer = new OptimizerFlags(3e-5, 0.1, 500);
  @Mixin private RunFlags running = new RunFlags(10, true);

  @Mixin private final FormatOption format = new FormatOption();

  @Spec private @Nullable CommandSpec spec;

  FinetuneCall(GivenFlags given) {
    this.given = given;
  }

  @Override
  public int run(Environment environment) {
    checkAlone();
    running.check();
    optimizer.check();
    lora.check();
    if (lora.given() && flags.headOnly) {
      throw new UsageException("--head-only trains no adapters; leave it or --lora out");
    }
    if (shares.size() > 1 && valFolder == null) {
      throw new UsageException(
          "several values of --alpha need --val-folder, which is used to choose the best value");
    }
    for (double share : shares) {
      if (!(share >= 0 && share <= 1)) {
        throw new UsageException("--alpha is " + share + ", but must be from 0 to 1");
      }
    }
    BackendProvider backend = FinetuneFlags.backend(environment.plugins(), model.backend());
    ModelBuilder builder = model.builder(environment).backend(backend.name());
    // An unknown model is said before a folder is made for it,
    Graph tower = builder.architecture().imageGraph();
    flags.variations.augmentation(
        false); // and so is what does not vary pictures, or adapts nothing.
    lora.of(List.of(tower), Set.of());
    LabelledData training = LabelledData.of(trainFolder, labels.names(), pipe.given());
    LabelledData judged =
        valFolder == null ? null : LabelledData.of(valFolder, labels.names(), pipe.given());
    check(builder, training, judged);
    TrainingRun.Length planned = FineTuning.length(running, training.count());
    EffectiveFlags options =
        GivenFlags.trained(
            EffectiveFlags.of(
                Objects.requireNonNull(spec, "picocli sets it"), optimizer.defaults("")),
            "");
    List<String> said = new ArrayList<>();
    RunFolder folder = running.folder(builder.name(), model.running().precision().toString());
    Checkpoint resumed = running.resumed(folder, said::add);
    TrainingRun.Length length = planned;
    if (resumed != null) {
      running.checkSame(resumed, options);
      length = running.resumeChanged() ? planned : planned.of(resumed);
    }
    running.params(folder, given, said::add);
    ClassifierHead zeroShot = zeroShot(builder, training);
    Path file = builder.fetch();
    try (Weights opened = Checkpoints.open(file, environment.plugins());
        Backend opens = backend.open(model.running())) {
      Weights start =
          StateDict.load(file.toString(), opened, file.toString(), builder.architecture());
      FineTuning.Flags all = new FineTuning.Flags(flags, optimizer, lora, running);
      FineTuning tuning = new FineTuning(all, builder, opens, training, start, zeroShot);
      TrainingRun.execute(
              environment,
              running,
              folder,
              length,
              run -> {
                said.forEach(run::say);
                return tuning.train(run, options, resumed);
              })
          .ifPresent(
              tuned -> {
                FinetuneResults results =
                    new FinetuneResults(environment, builder, start, zeroShot, tuned);
                results.write(results.report(shares, judged, format.isJson()), output);
              });
    }
    return 0;
  }

  /** Several processes would each train a model of its own, in one folder. */
  private static void checkAlone() {
    int processes;
    try {
      processes = Placement.of(Variables::get, null).size();
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    if (processes > 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "finetune trains in one process, but the environment sets %d processes (WORLD_SIZE,"
                  + " SLURM_NTASKS or TF_CONFIG); start one process, or use 'openclip train'",
              processes));
    }
  }

  /** Checks the pictures before anything is trained. */
  private void check(ModelBuilder builder, LabelledData training, @Nullable LabelledData judged) {
    Pictures pictures = new Pictures(builder, flags.variations.augmentation(false), 0);
    find(pictures, "--train-folder " + trainFolder, training);
    if (judged != null) {
      try {
        LabelledFeatures.numbers(judged.classes(), training.classes());
      } catch (InvalidInputException e) {
        throw new InvalidInputException("--val-folder " + valFolder + ": " + e.getMessage(), e);
      }
      find(pictures, "--val-folder " + valFolder, judged);
    }
  }

  private static void find(Pictures pictures, String name, LabelledData data) {
    ModelPreparation preparation =
        pictures.plain(ModelPreparation.Captions.labels(data.classes().size()));
    FirstSample.find(name, data.dataset(), preparation, () -> false);
  }

  /** Returns the head that words make, with the scale of the logits in its rows. */
  private ClassifierHead zeroShot(ModelBuilder builder, LabelledData training) {
    List<String> names = training.names();
    List<String> different = names.stream().distinct().toList();
    try (ClipModel loaded = builder.load()) {
      Embeddings classes =
          ZeroShotClassifier.create(loaded, different, labels.templates()).classes();
      float[] rows = new float[names.size() * classes.width()];
      for (int c = 0; c < names.size(); c++) {
        float[] row = classes.row(different.indexOf(names.get(c)));
        for (int j = 0; j < row.length; j++) {
          rows[c * row.length + j] = row[j] * loaded.logitScale();
        }
      }
      return new ClassifierHead(training.classes(), Embeddings.of(classes.width(), rows));
    }
  }
}
