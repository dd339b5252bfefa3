package org.openclip.train.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.PictureFiles;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.JsonLines;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.OutputFormat;
import org.openclip.hub.cli.Progress;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.CsvFile;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.LabelledFolder;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.ShardList;
import org.openclip.train.data.WebDataset;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.evaluation.DecodedSamples;
import org.openclip.train.evaluation.LabelledFeatures;
import org.openclip.train.evaluation.LinearProbe;
import org.openclip.train.evaluation.Retrieval;
import org.openclip.train.evaluation.ZeroShot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that says how good a model is. */
public final class EvaluateCommand implements CommandProvider {
  /** Creates the provider. */
  public EvaluateCommand() {}

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "Measures zero-shot accuracy, linear probes and retrieval";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip evaluate [OPTION...]",
      sortOptions = false,
      footer = {
        "",
        "  openclip evaluate -m models/mine --imagenet-val imagenet/val",
        "  openclip evaluate -m models/mine --folder fashion/test --template 'a photo of a {}'",
        "  openclip evaluate -m models/mine --folder pets/test --linear-probe pets/train",
        "  openclip evaluate -m models/mine --val-data flickr30k.csv"
      })
  private static final class Call implements Arguments.Call {
    private static final int CHUNK = 64;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
        names = "--imagenet-val",
        paramLabel = "PATH",
        description = {
          "ImageNet's validation pictures: a folder for each of the 1,000 classes, or tar shards"
              + " with cls files."
        })
    private @Nullable String imageNet;

    @Option(
        names = "--imagenet-v2",
        paramLabel = "PATH",
        description = "ImageNet V2's pictures, in folders named 0 to 999.")
    private @Nullable String imageNetV2;

    @Option(
        names = "--folder",
        paramLabel = "PATH",
        description = {
          "Pictures in a folder for each class, named after it; or tar shards with cls files, and"
              + " --class-names."
        })
    private @Nullable String folder;

    @Option(
        names = "--class-names",
        paramLabel = "FILE",
        description = {
          "With --folder: the names of all classes, one on a line; folders, and the cls files of"
              + " shards, then have the number of the line, from 0, and not every class needs one."
        })
    private @Nullable Path classNames;

    @Option(
        names = "--val-data",
        paramLabel = "PATH",
        description = "Pictures with captions, in a table (CSV) or tar shards: retrieval.")
    private @Nullable String pairs;

    @Option(
        names = "--linear-probe",
        paramLabel = "FOLDER",
        description = {
          "Also fits a linear classifier to these pictures' features, in folders named as those"
              + " that are judged."
        })
    private @Nullable Path probe;

    @Option(
        names = "--classifier",
        paramLabel = "FILE",
        description = "Also judges by a classifier of 'openclip finetune'.")
    private @Nullable Path classifier;

    @Mixin private PromptFlags prompts = new PromptFlags();

    @Option(
        names = "--csv-separator",
        paramLabel = "CHARACTER",
        description = "Between the cells of a table. Default: a tab.")
    private char separator = '\t';

    @Option(names = "--csv-img-key", description = "The column of pictures. Default: filepath.")
    private String pictureColumn = "filepath";

    @Option(names = "--csv-caption-key", description = "The column of captions. Default: title.")
    private String captionColumn = "title";

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "table, or json: one object. Default: table.")
    private OutputFormat format = OutputFormat.TABLE;

    @Override
    public int run(Environment environment) {
      if (imageNet == null && imageNetV2 == null && folder == null && pairs == null) {
        throw new UsageException(
            "there is nothing to evaluate on; give --imagenet-val, --folder or --val-data");
      }
      Map<String, LabelledData> sets = labelled();
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (ClipModel loaded = model.load(environment)) {
        sets.forEach(
            (prefix, set) ->
                zeroShot(loaded, set, environment)
                    .forEach((name, value) -> metrics.put(prefix + name, value)));
        String judged = folder == null ? imageNet : folder;
        metrics.putAll(classifiers(loaded, judged, environment));
        if (pairs != null) {
          metrics.putAll(retrieval(loaded, pairs, environment));
        }
      }
      if (format == OutputFormat.JSON) {
        JsonLines.print(environment.out(), metrics);
      } else {
        metrics.forEach(
            (name, value) ->
                environment.out().println(String.format(Locale.ROOT, "%-34s %.4f", name, value)));
      }
      return 0;
    }

    /** Returns the pictures of known classes, by what stands before the names of their results. */
    private Map<String, LabelledData> labelled() {
      Map<String, LabelledData> sets = new LinkedHashMap<>();
      if (imageNet != null) {
        sets.put("", LabelledData.imageNet(imageNet));
      }
      if (imageNetV2 != null) {
        sets.put("imagenetv2_", LabelledData.imageNetV2(imageNetV2));
      }
      if (folder != null) {
        sets.put(
            sets.isEmpty() ? "" : "folder_",
            classNames == null
                ? LabelledData.folder(folder)
                : LabelledData.numbered(folder, TextLines.read(classNames.toString())));
      }
      return sets;
    }

    /** Returns what classifiers make of the pictures that do not come from words. */
    private Map<String, Double> classifiers(
        ClipModel loaded, @Nullable String location, Environment environment) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      if (location == null || (probe == null && classifier == null)) {
        return metrics;
      }
      LabelledFolder pictures = LabelledFolder.list(RemoteFiles.path(location));
      LabelledFeatures features = features(loaded, pictures, environment);
      if (classifier != null) {
        ClassifierHead head = ClassifierHead.read(classifier, environment.plugins());
        head.metrics(features.among(head.classes()))
            .forEach((name, value) -> metrics.put("classifier_" + name, value));
      }
      if (probe != null) {
        LabelledFolder training = LabelledFolder.list(probe);
        LabelledFeatures judged = features.among(training.classes());
        LinearProbe.fit(features(loaded, training, environment), 0)
            .metrics(judged)
            .forEach((name, value) -> metrics.put("linear_probe_" + name, value));
      }
      return metrics;
    }

    private static LabelledFeatures features(
        ClipModel loaded, LabelledFolder pictures, Environment environment) {
      try (Progress progress = Progress.start(environment, "pictures", pictures.files().size())) {
        return LabelledFeatures.of(loaded, pictures, progress::advance);
      }
    }

    private Map<String, Double> zeroShot(
        ClipModel loaded, LabelledData pictures, Environment environment) {
      Embeddings classes = ZeroShot.classes(loaded, pictures.names(), prompts.templates());
      Faults faults = new Faults();
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (DecodedSamples samples = decoded(pictures.dataset(), environment, faults);
          Progress progress =
              Progress.start(environment, "pictures", pictures.dataset().size().orElse(0))) {
        metrics.putAll(ZeroShot.metrics(loaded, classes, samples, progress::advance));
      }
      metrics.put("left_out", (double) faults.count());
      return metrics;
    }

    private static DecodedSamples decoded(Dataset dataset, Environment environment, Faults faults) {
      return new DecodedSamples(dataset, new PictureFiles(environment.plugins()), CHUNK, faults);
    }

    private Map<String, Double> retrieval(
        ClipModel loaded, String location, Environment environment) {
      Dataset dataset =
          location.toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv)$")
              ? new ListedDataset(
                  CsvFile.read(
                      location, new RemoteFiles(), separator, pictureColumn, captionColumn),
                  false)
              : new WebDataset(ShardList.of(location, null), false, false, 1, OptionalLong.empty());
      Faults faults = new Faults();
      List<Embeddings> images = new ArrayList<>();
      List<Embeddings> texts = new ArrayList<>();
      try (DecodedSamples samples = decoded(dataset, environment, faults);
          Progress progress = Progress.start(environment, "pairs", dataset.size().orElse(0))) {
        for (DecodedSamples.Chunk some = samples.next(); some != null; some = samples.next()) {
          images.add(loaded.encodePictures(some.pictures()));
          texts.add(loaded.encodeTexts(some.captions()));
          progress.advance(some.captions().size());
        }
      }
      Map<String, Double> metrics =
          new LinkedHashMap<>(
              Retrieval.metrics(Embeddings.concat(images), Embeddings.concat(texts)));
      metrics.put("left_out", (double) faults.count());
      return metrics;
    }
  }
}
