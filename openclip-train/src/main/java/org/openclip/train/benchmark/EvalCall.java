package org.openclip.train.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.FetchSettings;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.train.benchmark.data.BenchmarkTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code clip-benchmark eval}, and the runs that they ask for. */
@Command(
    customSynopsis = "openclip clip-benchmark eval [OPTION...]",
    sortOptions = false,
    footer = {
      "",
      "  openclip clip-benchmark eval --model ViT-B-32 --pretrained laion2b_s34b_b79k --dataset"
          + " wds/vtab/cifar10",
      "  openclip clip-benchmark eval --pretrained_model ViT-B-32,openai --dataset wds/mine"
          + " --dataset_root data/{dataset_cleaned} --output 'results/{dataset}_{model}.json'"
    })
final class EvalCall implements Arguments.Call {
  /** A model and the weights of one measurement. */
  record Chosen(String model, String pretrained) {
    @Override
    public String toString() {
      return pretrained.isEmpty() ? model : model + "," + pretrained;
    }
  }

  @Option(
      names = "--dataset",
      arity = "1..*",
      paramLabel = "NAME",
      description = {
        "Data sets: wds/NAME, a group (vtab, vtab+, imagenet_robustness, retrieval, wds), or a file"
            + " of names."
      })
  List<String> datasets = List.of("cifar10");

  @Option(
      names = "--dataset_root",
      paramLabel = "PLACE",
      description = {
        "A folder or URL, with {dataset} or {dataset_cleaned} (slashes become -) in the place of"
            + " the name. A hub's page (https://.../tree/main) is read as its files.",
        "Default: root where that folder is, else the hub's own copy of the data set."
      })
  @Nullable String root;

  @Option(
      names = {"--split", "--test_split"},
      paramLabel = "NAME",
      description = "The split to evaluate. Default: test.")
  String split = "test";

  @Option(
      names = "--train_split",
      arity = "1..*",
      paramLabel = "NAME",
      description = "For linear_probe: the training split, one for all or one for each data set.")
  List<String> trainSplits = List.of("train");

  @Option(
      names = "--val_split",
      arity = "1..*",
      paramLabel = "NAME",
      description = "For linear_probe: the validation split that chooses the penalty.")
  List<String> validationSplits = List.of();

  @Option(
      names = "--val_proportion",
      arity = "1..*",
      paramLabel = "SHARE",
      description = "For linear_probe: the share of the training split that chooses the penalty.")
  List<Double> validationShares = List.of();

  @Option(names = "--model", arity = "1..*", paramLabel = "MODEL", description = "Models.")
  List<String> models = List.of("ViT-B-32-quickgelu");

  @Option(
      names = "--pretrained",
      arity = "1..*",
      paramLabel = "WEIGHTS",
      description =
          "Pretrained tags or checkpoints. Every model is evaluated with each one. An empty one"
              + " means the weights of a model folder.")
  List<String> pretrained = List.of("laion400m_e32");

  @Option(
      names = "--pretrained_model",
      arity = "1..*",
      paramLabel = "MODEL,WEIGHTS",
      description =
          "Pairs instead of --model and --pretrained; a group (openai, openclip_base,"
              + " openclip_multilingual, openclip_all), or a file of pairs.")
  List<String> pairs = List.of();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = {
        "auto, zeroshot_classification, zeroshot_retrieval, linear_probe, captioning or"
            + " image_caption_selection. Default: auto."
      })
  BenchmarkTask task = BenchmarkTask.AUTO;

  @Option(
      names = "--recall_k",
      arity = "1..*",
      paramLabel = "K",
      description = "The K of recall@K, for zeroshot_retrieval. Default: 5.")
  List<Integer> recalls = List.of(5);

  @Option(
      names = "--language",
      arity = "1..*",
      paramLabel = "CODE",
      description =
          "The name of the language in the results; NLLB-CLIP models read texts in this language."
              + " Default: en.")
  List<String> languages = List.of("en");

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The result file. Default: {dataset}_{pretrained}_{model}_{language}_{task}.json")
  String output = "{dataset}_{pretrained}_{model}_{language}_{task}.json";

  @Option(names = "--skip_existing", description = "Skips everything that has a result file.")
  boolean skipExisting;

  @Option(
      names = "--custom_classname_file",
      paramLabel = "FILE",
      description = "JSON with a list of class names for each data set.")
  @Nullable Path classFile;

  @Option(
      names = "--custom_template_file",
      paramLabel = "FILE",
      description = "JSON with templates, or prompts for each class, for each data set.")
  @Nullable Path templateFile;

  @Option(names = "--dump_classnames", description = "Writes the class names to the results.")
  boolean dumpClasses;

  @Option(names = "--dump_templates", description = "Writes the templates to the results.")
  boolean dumpTemplates;

  @Option(
      names = "--save_clf",
      paramLabel = "FILE",
      description = "Writes the class embeddings, as safetensors.")
  @Nullable Path saveClassifier;

  @Option(
      names = "--load_clfs",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Uses the mean of such files instead of prompts.")
  List<Path> loadClassifiers = List.of();

  @Option(
      names = "--wds_cache_dir",
      paramLabel = "FOLDER",
      description = "The folder that caches shards from remote places.")
  @Nullable Path shardCache;

  @Option(
      names = "--feature_root",
      paramLabel = "FOLDER",
      description = "For linear_probe: the folder that caches features. Default: features.")
  Path featureRoot = Path.of("features");

  @Option(
      names = "--fewshot_k",
      paramLabel = "N",
      description = "For linear_probe: the number of images of each class. Default: all.")
  int shots = -1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The random seed of linear_probe and --distributed. Default: 0.")
  long seed;

  @Option(
      names = "--distributed",
      description =
          "Runs this process's share of the evaluations, by RANK and WORLD_SIZE, or SLURM's"
              + " variables, on the GPU of its local rank.")
  boolean distributed;

  @Option(names = "--batch_size", paramLabel = "N", description = "The batch size. Default: 64.")
  int batch = 64;

  @Option(names = "--quiet", description = "Prints errors only.")
  boolean quiet;

  @Option(names = "--backend", paramLabel = "NAME", description = "The backend, such as onnx.")
  private @Nullable String backend;

  @Option(names = "--device", paramLabel = "DEVICE", description = "auto, cpu, cuda or cuda:N.")
  private Device device = Device.AUTO;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "fp32, fp16 or bf16. Default: fp32, with --no_amp and without.")
  private Precision precision = Precision.FLOAT32;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads of one run.")
  private int threads;

  @Mixin private final FetchSettings fetching = new FetchSettings();

  @Mixin final IgnoredFlags ignored = new IgnoredFlags();

  @Override
  public int run(Environment environment) {
    ignored.check();
    if (batch < 1) {
      throw new UsageException("--batch_size is " + batch + ", but must be positive");
    }
    if (shots == 0 || shots < -1) {
      throw new UsageException("--fewshot_k is " + shots + ", but must be positive, or -1 for all");
    }
    if (!validationSplits.isEmpty() && !validationShares.isEmpty()) {
      throw new UsageException("--val_split and --val_proportion exclude each other");
    }
    List<String> names = NamedGroups.datasets(datasets);
    List<Chosen> chosen = chosen(environment);
    names.forEach(this::checkLanguages);
    List<EvalRun> runs = new ArrayList<>();
    for (Chosen each : chosen) {
      for (int i = 0; i < names.size(); i++) {
        for (String language : languages) {
          runs.add(
              new EvalRun(
                  this,
                  each,
                  names.get(i),
                  language,
                  of(trainSplits, i, names.size(), "--train_split"),
                  of(validationSplits, i, names.size(), "--val_split"),
                  of(validationShares, i, names.size(), "--val_proportion")));
        }
      }
    }
    if (distributed) {
      Collections.shuffle(runs, new Random(seed));
      BenchmarkShare share = BenchmarkShare.fromEnvironment(System::getenv);
      runs = share.of(runs);
      device = share.device(device);
    }
    if (ignored.given()) {
      say(environment, "flags that have nothing to do here were given; --help names them");
    }
    say(environment, "models: " + chosen);
    say(environment, "data sets: " + names);
    measure(runs, environment);
    return 0;
  }

  /** CLIP_benchmark has texts in other languages of data sets that are named without wds/. */
  private void checkLanguages(String name) {
    boolean own = classFile != null && templateFile != null;
    for (String language : languages) {
      if (!own && !language.equals("en") && !name.startsWith(EvalRun.PREFIX)) {
        throw new UsageException(
            "--language is %s, but the texts of %s are English here; set --custom_classname_file and"
                    .formatted(language, name)
                + " --custom_template_file, or use wds/%s, whose texts are the data set's in every language"
                    .formatted(name));
      }
    }
  }

  /** A model as it reads a language: texts of NLLB-CLIP models are marked with theirs. */
  private record Reading(Chosen chosen, String language) {
    static Reading of(EvalRun run) {
      boolean marks = NllbLanguages.marks(run.chosen().model());
      return new Reading(run.chosen(), marks ? NllbLanguages.code(run.language()) : "");
    }
  }

  /** Measures runs; those of one model in a row share it, and those of one split its features. */
  private void measure(List<EvalRun> runs, Environment environment) {
    List<Reading> order = runs.stream().map(Reading::of).distinct().toList();
    for (Reading each : order) {
      try (EvalModel model = new EvalModel(builder(each, environment))) {
        List<EvalRun> own = runs.stream().filter(run -> Reading.of(run).equals(each)).toList();
        // Those of one data set in a row, for the model keeps its features until the next one.
        own.stream()
            .map(EvalRun::dataset)
            .distinct()
            .flatMap(name -> own.stream().filter(run -> run.dataset().equals(name)))
            .forEach(run -> run.measure(model, environment));
      }
    }
  }

  private ModelBuilder builder(Reading reading, Environment environment) {
    Chosen chosen = reading.chosen();
    ModelBuilder builder =
        OpenClip.model(located(chosen.model()))
            .plugins(environment.plugins())
            .device(device)
            .precision(precision)
            .threads(threads)
            .batchSize(Math.min(batch, 64));
    if (backend != null) {
      builder.backend(backend);
    }
    if (!chosen.pretrained().isEmpty()) {
      builder.pretrained(chosen.pretrained());
    }
    if (!reading.language().isEmpty()) {
      builder.override("text_cfg.tokenizer_kwargs.language", reading.language());
    }
    fetching.apply(builder, environment);
    ignored.cacheFolder().ifPresent(builder::cacheFolder);
    return builder;
  }

  private List<Chosen> chosen(Environment environment) {
    List<Chosen> chosen = new ArrayList<>();
    if (pairs.isEmpty()) {
      for (String model : models) {
        pretrained.forEach(weights -> chosen.add(new Chosen(model, weights)));
      }
      return chosen;
    }
    List<String> all =
        PretrainedTags.of(environment.plugins()).all().stream()
            .map(tag -> tag.model() + "," + tag.tag())
            .toList();
    for (String pair : NamedGroups.models(pairs, all)) {
      String[] parts = pair.split(",", -1);
      if (parts.length != 2) {
        throw new UsageException(
            "--pretrained_model takes MODEL,WEIGHTS, a group or a file, not '" + pair + "'");
      }
      chosen.add(new Chosen(parts[0].strip(), parts[1].strip()));
    }
    return chosen;
  }

  /** Returns what features depend on beside the model and the data. */
  List<String> computing() {
    return List.of(String.valueOf(backend), device.toString(), precision.toString());
  }

  /** A model folder is named by its path, too. */
  private static String located(String model) {
    return Files.isDirectory(Path.of(model)) && !model.contains(":") ? "local-dir:" + model : model;
  }

  private static <T> @Nullable T of(List<T> values, int index, int count, String option) {
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() != 1 && values.size() != count) {
      throw new UsageException(
          "%s has %s values for %s data sets; give one, or one for each"
              .formatted(option, values.size(), count));
    }
    return values.get(values.size() == 1 ? 0 : index);
  }

  /** Says something on the error stream, unless that is unwanted. */
  void say(Environment environment, String line) {
    if (!quiet) {
      environment.err().println("openclip: " + line);
      environment.err().flush();
    }
  }
}
