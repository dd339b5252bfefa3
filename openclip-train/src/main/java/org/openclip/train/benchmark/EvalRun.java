package org.openclip.train.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.io.Variables;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.data.BenchmarkSamples;
import org.openclip.train.benchmark.data.BenchmarkTask;
import org.openclip.train.benchmark.data.Prompts;
import org.openclip.train.benchmark.data.PythonText;
import org.openclip.train.benchmark.data.ShardCache;
import org.openclip.train.benchmark.measurement.BenchmarkFeatures;
import org.openclip.train.benchmark.measurement.Measurement;

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
  private static final String PREFIX = "wds/";
  private static final String HUB = "https://huggingface.co";
  private static final String CLASSIFIER = "classifier";

  /** Measures, unless the result is there and that is enough, and writes the result. */
  void measure(EvalModel model, Environment environment) {
    RemoteFiles files = new RemoteFiles();
    if (options.skipExisting
        && options.task != BenchmarkTask.AUTO
        && skip(options.task, environment)) {
      return;
    }
    BenchmarkData data = BenchmarkData.open(root(), options.split, files);
    BenchmarkTask task = options.task.of(bare(), data);
    if (options.skipExisting && skip(task, environment)) {
      return;
    }
    options.say(
        environment,
        "%s on %s with %s %s, %s"
            .formatted(task, dataset, chosen.model(), chosen.pretrained(), language));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("dataset", dataset);
    result.put("model", chosen.model());
    result.put("pretrained", chosen.pretrained());
    result.put("task", task.toString());
    result.put("metrics", metrics(task, data, model, environment, files));
    result.put("language", language);
    if (data.kind() != BenchmarkData.Kind.RETRIEVAL) {
      if (options.dumpClasses) {
        result.put("classnames", prompts(data).classes());
      }
      if (options.dumpTemplates) {
        result.put("templates", prompts(data).described());
      }
    }
    Path file = output(task);
    write(file, PythonText.json(result));
    options.say(environment, file + ": " + PythonText.json(result.get("metrics")));
  }

  private boolean skip(BenchmarkTask task, Environment environment) {
    Path file = output(task);
    if (!Files.exists(file)) {
      return false;
    }
    options.say(environment, file + " already exists; skipping it");
    return true;
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
            : mean(options.loadClassifiers, plugins);
    if (options.saveClassifier != null) {
      Tensor rows = Tensor.of(classifier.toArray(), classifier.size(), classifier.width());
      try (Weights weights = Weights.of(Map.of(CLASSIFIER, rows))) {
        SafetensorsWriter.write(options.saveClassifier, WeightSource.of(weights), Map.of());
      }
    }
    return classifier;
  }

  private static Embeddings mean(List<Path> files, PluginRegistry plugins) {
    float[] sum = new float[0];
    int width = 0;
    for (Path file : files) {
      try (Weights weights = Checkpoints.open(file, plugins)) {
        Tensor rows = weights.get(CLASSIFIER);
        float[] values = rows.toFloats();
        if (sum.length == 0) {
          sum = new float[values.length];
          width = Math.toIntExact(rows.shape()[1]);
        }
        if (sum.length != values.length || rows.shape()[1] != width) {
          throw new InvalidInputException(
              file + " contains a classifier whose shape differs from " + files.getFirst());
        }
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[i] / files.size();
        }
      }
    }
    return Embeddings.of(width, sum);
  }

  Prompts prompts(BenchmarkData data) {
    return Prompts.of(data, dataset, options.classFile, options.templateFile);
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
                  + "/datasets/clip-benchmark/wds_{dataset_cleaned}/tree/main";
    }
    String name = NamedGroups.published(bare());
    return fill(
        template,
        Map.of("dataset", name, "dataset_cleaned", name.replace('/', '-')),
        "--dataset_root");
  }

  private Path output(BenchmarkTask task) {
    String weights = chosen.pretrained();
    boolean file = !weights.isEmpty() && Files.isRegularFile(Path.of(weights));
    return Path.of(
        fill(
            options.output,
            Map.of(
                "model",
                chosen.model().replaceAll("[/:]", "_"),
                "pretrained",
                file ? Path.of(weights).getFileName().toString() : weights,
                "pretrained_full_path",
                file ? weights.replace('/', '_') : weights,
                "task",
                task.toString(),
                "dataset",
                bare().replace('/', '_'),
                "language",
                language),
            "--output"));
  }

  private static String fill(String template, Map<String, String> values, String option) {
    List<String> left = new ArrayList<>();
    String filled =
        Pattern.compile("\\{([^{}]*)\\}")
            .matcher(template)
            .replaceAll(
                match -> {
                  String value = values.get(match.group(1));
                  if (value == null) {
                    left.add(match.group());
                    return "";
                  }
                  return Matcher.quoteReplacement(value);
                });
    if (!left.isEmpty()) {
      throw new UsageException(
          "%s has %s, but the supported placeholders are %s"
              .formatted(option, left.getFirst(), new TreeSet<>(values.keySet())));
    }
    return filled;
  }

  /** Writes a file that is there whole or not at all. */
  private static void write(Path file, String text) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new OpenClipException("the result " + file + " cannot be written: " + e, e);
    }
  }
}
