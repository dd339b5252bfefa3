package org.openclip.train.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.PictureFiles;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.JsonLines;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.OutputFormat;
import org.openclip.hub.cli.Progress;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.data.CsvFile;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.LabelledFolder;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;
import org.openclip.train.data.ShardList;
import org.openclip.train.data.WebDataset;
import org.openclip.train.evaluation.ClassifierHead;
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
    private static final Pattern SYNSET = Pattern.compile("n\\d{8}");
    private static final int CHUNK = 64;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
        names = "--imagenet-val",
        paramLabel = "FOLDER",
        description = "ImageNet's validation pictures, a folder for each of the 1,000 classes.")
    private @Nullable Path imageNet;

    @Option(
        names = "--folder",
        paramLabel = "FOLDER",
        description = "Pictures in a folder for each class, named after it.")
    private @Nullable Path folder;

    @Option(
        names = "--class-names",
        paramLabel = "FILE",
        description = {
          "With --folder: the names of all classes, one on a line; folders are then named by the"
              + " number of the line, from 0, and not every class needs one."
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

    @Option(
        names = "--templates",
        paramLabel = "LIST",
        description = "imagenet80, imagenet7, none, or a file. Default: imagenet80.")
    private String templates = "imagenet80";

    @Option(
        names = "--template",
        paramLabel = "TEXT",
        description = "One template, with {} for the class. May be repeated.")
    private List<String> template = new ArrayList<>();

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
      if (imageNet == null && folder == null && pairs == null) {
        throw new UsageException(
            "there is nothing to evaluate on; give --imagenet-val, --folder or --val-data");
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (ClipModel loaded = model.load(environment)) {
        Path labelled = imageNet != null ? imageNet : folder;
        if (labelled != null) {
          LabelledFolder pictures = LabelledFolder.list(labelled);
          List<String> names =
              classNames == null
                  ? names(pictures.classes())
                  : TextLines.read(classNames.toString());
          metrics.putAll(
              zeroShot(
                  loaded,
                  classNames == null ? pictures : pictures.numbered(names.size()),
                  names,
                  environment));
          metrics.putAll(classifiers(loaded, pictures, environment));
        }
        if (pairs != null) {
          metrics.putAll(retrieval(loaded, pairs, environment));
        }
      }
      if (format == OutputFormat.JSON) {
        JsonLines.print(environment.out(), metrics);
      } else {
        metrics.forEach(
            (name, value) ->
                environment.out().println(String.format(Locale.ROOT, "%-28s %.4f", name, value)));
      }
      return 0;
    }

    /** Returns what classifiers make of the pictures that do not come from words. */
    private Map<String, Double> classifiers(
        ClipModel loaded, LabelledFolder pictures, Environment environment) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      if (probe == null && classifier == null) {
        return metrics;
      }
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
        ClipModel loaded, LabelledFolder pictures, List<String> names, Environment environment) {
      List<String> prompts = template.isEmpty() ? Prompts.templates(templates) : template;
      ZeroShotClassifier classifier = ZeroShotClassifier.create(loaded, names, prompts);
      try (Progress progress = Progress.start(environment, "pictures", pictures.files().size())) {
        return ZeroShot.metrics(
            loaded, classifier.classes(), pictures.files(), pictures.labels(), progress::advance);
      }
    }

    /** Folders of ImageNet are named by numbers in the order of its class names. */
    private static List<String> names(List<String> folders) {
      if (folders.size() == 1000 && folders.stream().allMatch(SYNSET.asMatchPredicate())) {
        return Prompts.imageNetClasses();
      }
      if (folders.stream().anyMatch(SYNSET.asMatchPredicate())) {
        throw new InvalidInputException(
            "folders such as "
                + folders.get(0)
                + " are ImageNet's, but there are "
                + folders.size()
                + " of its 1,000; name them after their classes");
      }
      return folders.stream().map(name -> name.replace('_', ' ')).toList();
    }

    private Map<String, Double> retrieval(
        ClipModel loaded, String location, Environment environment) {
      Dataset dataset =
          location.toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv)$")
              ? new ListedDataset(
                  CsvFile.read(Path.of(location), separator, pictureColumn, captionColumn), false)
              : new WebDataset(ShardList.of(location, null), false, false, 1, OptionalLong.empty());
      PictureFiles decoder = new PictureFiles(environment.plugins());
      Faults faults = new Faults();
      List<Embeddings> images = new ArrayList<>();
      List<Embeddings> texts = new ArrayList<>();
      try (SampleStream stream = dataset.open(new Order(0, 0, 0, 1), faults);
          Progress progress = Progress.start(environment, "pairs", dataset.size().orElse(0))) {
        List<Image> pictures = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        for (Sample sample = stream.next(); sample != null; sample = stream.next()) {
          Image picture = decode(decoder, sample, faults);
          if (picture == null) {
            continue;
          }
          pictures.add(picture);
          captions.add(sample.caption());
          if (pictures.size() == CHUNK) {
            encode(loaded, pictures, captions, images, texts);
            progress.advance(CHUNK);
          }
        }
        encode(loaded, pictures, captions, images, texts);
      }
      Map<String, Double> metrics =
          new LinkedHashMap<>(
              Retrieval.metrics(Embeddings.concat(images), Embeddings.concat(texts)));
      metrics.put("left_out", (double) faults.count());
      return metrics;
    }

    private static @Nullable Image decode(PictureFiles decoder, Sample sample, Faults faults) {
      try {
        return decoder.decode(sample.picture().read(), sample.key());
      } catch (IOException | InvalidInputException e) {
        faults.skip(sample.key(), String.valueOf(e.getMessage()));
        return null;
      }
    }

    private static void encode(
        ClipModel loaded,
        List<Image> pictures,
        List<String> captions,
        List<Embeddings> images,
        List<Embeddings> texts) {
      if (!pictures.isEmpty()) {
        images.add(loaded.encodePictures(pictures));
        texts.add(loaded.encodeTexts(captions));
      }
      pictures.clear();
      captions.clear();
    }
  }
}
