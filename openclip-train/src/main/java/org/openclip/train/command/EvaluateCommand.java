package org.openclip.train.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.command.data.FolderFlags;
import org.openclip.train.command.data.FormatFlags;
import org.openclip.train.command.data.LabelledData;
import org.openclip.train.command.data.LeftOut;
import org.openclip.train.command.flag.FlagNames;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.evaluation.CaptionedSet;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.evaluation.DecodedSamples;
import org.openclip.train.evaluation.LabelledFeatures;
import org.openclip.train.evaluation.LinearProbe;
import org.openclip.train.evaluation.ZeroShot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code evaluate}: computes zero-shot accuracy, linear probes and retrieval. */
public final class EvaluateCommand implements CommandProvider {
  /** Creates the provider. */
  public EvaluateCommand() {}

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "Evaluates a model: zero-shot accuracy, linear probes and retrieval";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    List<String> whole = FlagNames.whole(arguments, new Call(), Set.of());
    return Arguments.run(this, new Call(), whole, environment);
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
        description =
            "ImageNet's validation images: a folder for each of the 1,000 classes, or tar shards"
                + " with cls files.")
    private @Nullable String imageNet;

    @Option(
        names = "--imagenet-v2",
        paramLabel = "PATH",
        description = "ImageNet V2's images, in folders named 0 to 999.")
    private @Nullable String imageNetV2;

    @Option(
        names = "--folder",
        paramLabel = "PATH",
        description =
            "Images in one folder for each class, named after the class; or tar shards with cls"
                + " files, and --class-names.")
    private @Nullable String folder;

    @Option(
        names = "--val-data",
        paramLabel = "PATH",
        description =
            "Images with captions, to measure retrieval: a table (CSV), tar shards, or a folder,"
                + " as for 'openclip train'. In shards, every line of a text file is a caption.")
    private @Nullable String pairs;

    @Option(
        names = "--linear-probe",
        paramLabel = "PATH",
        description =
            "Also fits a linear probe to the features of these images, in folders of the same"
                + " names, or in tar shards.")
    private @Nullable String probe;

    @Option(
        names = "--classifier",
        paramLabel = "FILE",
        description = "Also evaluates a classifier of 'openclip finetune'.")
    private @Nullable Path classifier;

    @Mixin private FolderFlags folders = new FolderFlags();
    @Mixin private FormatFlags storage = new FormatFlags();

    @Mixin private final FormatOption format = new FormatOption();

    @Override
    public int run(Environment environment) {
      if (imageNet == null && imageNetV2 == null && folder == null && pairs == null) {
        throw new UsageException(
            "there is nothing to evaluate on; give --imagenet-val, --folder or --val-data");
      }
      Map<String, LabelledData> sets = labelled();
      LabelledData training = probe == null ? null : probe(probe);
      CaptionedSet captioned =
          pairs == null
              ? null
              : new CaptionedSet(
                  storage.dataset(pairs, null, FormatFlags.Reading.PLAIN, folders), CHUNK);
      LabelledData judged =
          folder == null ? sets.get("") : sets.getOrDefault("folder_", sets.get(""));
      if (judged == null && (training != null || classifier != null)) {
        throw new UsageException("--linear-probe and --classifier need --folder or --imagenet-val");
      }
      if (judged != null && training != null) {
        LabelledFeatures.numbers(judged.classes(), training.classes());
      }
      storage.notes().forEach(environment.err()::println);
      folders.notes().forEach(environment.err()::println);
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (ClipModel loaded = model.load(environment)) {
        sets.forEach(
            (prefix, set) ->
                zeroShot(loaded, set, environment)
                    .forEach((name, value) -> metrics.put(prefix + name, value)));
        if (judged != null) {
          metrics.putAll(classifiers(loaded, judged, training, environment));
        }
        if (captioned != null) {
          metrics.putAll(retrieval(loaded, captioned, !sets.isEmpty(), environment));
        }
      }
      if (format.isJson()) {
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
      boolean commands = storage.allowsCommands();
      Map<String, LabelledData> sets = new LinkedHashMap<>();
      if (imageNet != null) {
        sets.put("", LabelledData.imageNet(imageNet, commands));
      }
      if (imageNetV2 != null) {
        sets.put("imagenetv2_", LabelledData.imageNetV2(imageNetV2, commands));
      }
      if (folder != null) {
        sets.put(
            sets.isEmpty() ? "" : "folder_",
            LabelledData.of(folder, folders.classNames(), commands));
      }
      return sets;
    }

    /** Returns what a linear classifier is fitted to; of the same kind as what is judged. */
    private LabelledData probe(String location) {
      return folder == null && imageNet != null
          ? LabelledData.imageNet(location, storage.allowsCommands())
          : LabelledData.of(location, folders.classNames(), storage.allowsCommands());
    }

    /** Returns what classifiers make of the pictures that do not come from words. */
    private Map<String, Double> classifiers(
        ClipModel loaded,
        LabelledData pictures,
        @Nullable LabelledData training,
        Environment environment) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      if (training == null && classifier == null) {
        return metrics;
      }
      LabelledFeatures features = features(loaded, pictures, environment);
      if (classifier != null) {
        ClassifierHead head = ClassifierHead.read(classifier, environment.plugins());
        head.metrics(features.among(head.classes()))
            .forEach((name, value) -> metrics.put("classifier_" + name, value));
      }
      if (training != null) {
        LabelledFeatures judged = features.among(training.classes());
        LinearProbe.fit(features(loaded, training, environment), 0)
            .metrics(judged)
            .forEach((name, value) -> metrics.put("linear_probe_" + name, value));
      }
      return metrics;
    }

    private static LabelledFeatures features(
        ClipModel loaded, LabelledData pictures, Environment environment) {
      Faults faults = new Faults();
      try (DecodedSamples samples = decoded(pictures, environment, faults);
          Progress progress = progress(environment, "pictures", pictures.dataset())) {
        return LabelledFeatures.of(loaded, pictures.classes(), samples, progress::advance);
      } catch (InvalidInputException e) {
        throw LeftOut.because(e, faults);
      }
    }

    private Map<String, Double> zeroShot(
        ClipModel loaded, LabelledData pictures, Environment environment) {
      Embeddings classes = ZeroShot.classes(loaded, pictures.names(), folders.templates());
      Faults faults = new Faults();
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (DecodedSamples samples = decoded(pictures, environment, faults);
          Progress progress = progress(environment, "pictures", pictures.dataset())) {
        metrics.putAll(ZeroShot.metrics(loaded, classes, samples, progress::advance));
      } catch (InvalidInputException e) {
        throw LeftOut.because(e, faults);
      }
      LeftOut.say(environment, faults);
      metrics.put("left_out", (double) faults.count());
      return metrics;
    }

    private static DecodedSamples decoded(
        LabelledData pictures, Environment environment, Faults faults) {
      int classes = pictures.classes().size();
      return new DecodedSamples(
          pictures.dataset(),
          new PictureFiles(environment.plugins()),
          CHUNK,
          faults,
          caption -> ZeroShot.label(caption, classes));
    }

    private static Progress progress(Environment environment, String what, Dataset dataset) {
      return Progress.start(environment, what, dataset.size().orElse(0));
    }

    private static Map<String, Double> retrieval(
        ClipModel loaded, CaptionedSet pairs, boolean beside, Environment environment) {
      Faults faults = new Faults();
      Map<String, Double> metrics = new LinkedHashMap<>();
      try (Progress progress = progress(environment, "pairs", pairs.dataset())) {
        metrics.putAll(
            pairs.metrics(
                loaded, new PictureFiles(environment.plugins()), faults, progress::advance));
      } catch (InvalidInputException e) {
        throw LeftOut.because(e, faults);
      }
      LeftOut.say(environment, faults);
      metrics.put(beside ? "retrieval_left_out" : "left_out", (double) faults.count());
      return metrics;
    }
  }
}
