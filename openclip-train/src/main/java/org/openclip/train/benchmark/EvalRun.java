package org.openclip.train.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.io.Variables;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.data.BenchmarkSamples;
import org.openclip.train.benchmark.data.BenchmarkTask;
import org.openclip.train.benchmark.data.Prompts;
import org.openclip.train.benchmark.data.ShardCache;
import org.openclip.train.benchmark.measurement.BenchmarkFeatures;
import org.openclip.train.benchmark.measurement.Measurement;
import org.openclip.train.benchmark.python.PythonText;

/**
 * One measurement: a model on a data set in a language.
 *
 * @param options of the command
 * @param dataset as the user names it, such as {@code wds/vtab/cifar10}
 * @param trainSplit for linear probes; null for none
 * @param validationSplit for linear probes; null for none
 * @param validationShare for linear probes; null for none
 */
record EvalRun(
    EvalCall options,
    EvalCall.Chosen chosen,
    String dataset,
    String language,
    @Nullable String trainSplit,
    @Nullable String validationSplit,
    @Nullable Double validationShare) {
  static final String PREFIX = "wds/";

  private static final String ORGANISATION = "/datasets/clip-benchmark/";
  private static final String HUB = "https://huggingface.co";

  /** Measures, unless the result is there and that is enough, and writes the result. */
  void measure(EvalModel model, Environment environment) {
    RemoteFiles files = new RemoteFiles();
    for (BenchmarkTask possible : options.task.possible(bare())) {
      if (skip(output(possible), environment)) {
        return;
      }
    }
    BenchmarkData data = open(options.split, files);
    BenchmarkTask task = options.task.of(bare(), data);
    ResultFile file = output(task);
    file.prepare();
    options.say(environment, "%s on %s with %s, %s".formatted(task, dataset, chosen, language));
    Map<String, Object> dumped = dumped(data);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("dataset", dataset);
    result.put("model", chosen.model());
    result.put("pretrained", chosen.pretrained());
    result.put("task", task.toString());
    result.put("metrics", metrics(task, data, model, environment, files));
    result.put("language", language);
    result.putAll(dumped);
    file.write(PythonText.json(result));
    options.say(environment, file + ": " + PythonText.json(result.get("metrics")));
  }

  /** Returns what the result says of the classes and prompts. */
  private Map<String, Object> dumped(BenchmarkData data) {
    Map<String, Object> dumped = new LinkedHashMap<>();
    if (data.kind() != BenchmarkData.Kind.RETRIEVAL) {
      if (options.dumpClasses) {
        data.classes().ifPresent(classes -> dumped.put("classnames", classes));
      }
      if (options.dumpTemplates) {
        dumped.put("templates", prompts(data).described());
      }
    }
    return dumped;
  }

  private boolean skip(ResultFile file, Environment environment) {
    if (!options.skipExisting || !file.exists()) {
      return false;
    }
    options.say(environment, file + " already exists; skipping it");
    return true;
  }

  private ResultFile output(BenchmarkTask task) {
    return ResultFile.of(options.output, chosen, task, bare(), language);
  }

  /** Opens a split of the data set, with the class names that the user gives. */
  BenchmarkData open(String split, RemoteFiles files) {
    BenchmarkData data = BenchmarkData.open(root(), split, files);
    return options.classFile == null || data.kind() == BenchmarkData.Kind.RETRIEVAL
        ? data
        : data.named(Prompts.classes(options.classFile, dataset));
  }

  private Map<String, Object> metrics(
      BenchmarkTask task,
      BenchmarkData data,
      EvalModel model,
      Environment environment,
      RemoteFiles files) {
    if (task == BenchmarkTask.CAPTIONING) {
      return new CaptionRun(data, options.batch, options.shardCache)
          .metrics(model.get(), environment, files);
    }
    if (task == BenchmarkTask.LINEAR_PROBE) {
      return new ProbeRun(this, model, environment, files).metrics();
    }
    BenchmarkFeatures features = features(model, data, options.split, environment, files);
    return switch (task) {
      case ZEROSHOT_CLASSIFICATION ->
          Measurement.classification(
              features, classifier(model.get(), data, environment.plugins()));
      case ZEROSHOT_RETRIEVAL -> Measurement.retrieval(model.get(), features, options.recalls);
      case IMAGE_CAPTION_SELECTION -> Measurement.selection(model.get(), features);
      case AUTO, LINEAR_PROBE, CAPTIONING -> throw new IllegalStateException(task.toString());
    };
  }

  /** Returns the features of a split of this data set. */
  BenchmarkFeatures features(
      EvalModel model,
      BenchmarkData data,
      String split,
      Environment environment,
      RemoteFiles files) {
    return model.features(
        data,
        split,
        loaded -> {
          ShardCache cache = new ShardCache(options.shardCache);
          cache.prepare();
          PictureFiles decoder = new PictureFiles(environment.plugins());
          try (BenchmarkSamples samples = new BenchmarkSamples(data, decoder, files, cache);
              Progress progress = Progress.start(environment, "pictures", -1)) {
            return BenchmarkFeatures.of(loaded, data, samples, options.batch, progress::advance);
          }
        });
  }

  private Embeddings classifier(ClipModel model, BenchmarkData data, PluginRegistry plugins) {
    Embeddings classifier =
        options.loadClassifiers.isEmpty()
            ? prompts(data).classifier(model)
            : ClassifierFiles.mean(options.loadClassifiers, plugins);
    if (options.saveClassifier != null) {
      ClassifierFiles.write(options.saveClassifier, classifier);
    }
    return classifier;
  }

  private Prompts prompts(BenchmarkData data) {
    return Prompts.of(data, dataset, options.templateFile);
  }

  private String bare() {
    return dataset.startsWith(PREFIX) ? dataset.substring(PREFIX.length()) : dataset;
  }

  /** Returns the folder or URL of the data set. */
  String root() {
    String template = options.root;
    if (template == null) {
      String hub = Variables.get("HF_ENDPOINT");
      template =
          Files.isDirectory(Path.of("root"))
              ? "root"
              : (hub == null || hub.isBlank() ? HUB : hub.replaceAll("/+$", ""))
                  + ORGANISATION
                  + "wds_{dataset_cleaned}/tree/main";
    }
    // The hub's organisation has some data sets below vtab/ alone; other places have the names.
    String name = template.contains(ORGANISATION) ? NamedGroups.published(bare()) : bare();
    return ResultFile.fill(
        template,
        Map.of("dataset", name, "dataset_cleaned", name.replace('/', '-')),
        "--dataset_root");
  }
}
