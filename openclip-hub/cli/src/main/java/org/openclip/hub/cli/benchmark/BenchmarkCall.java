package org.openclip.hub.cli.benchmark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Processor;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.DeviceOptions;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.NamePatterns;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.ScatterPlot;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.model.PretrainedTags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One call of the command {@code benchmark}. */
@Command(
    customSynopsis = "openclip benchmark [OPTION...] [MODEL...]",
    sortOptions = false,
    footer = {
      "",
      "Each precision and number of threads is a side. The sides take turns in one run, and the",
      "ratio is the median time of the first side divided by that of a side: above 1 is faster.",
      "Untrained weights have the same speed, so a built-in name needs no download.",
      "",
      "  openclip benchmark ViT-B-32 --batch 1,16 --precision fp32,int8",
      "  openclip benchmark \"MobileCLIP*\" --work image --plot speed.svg --format markdown",
      "  openclip benchmark ViT-B-32 --images photos/ --peer onnx visual.onnx"
    })
final class BenchmarkCall implements Arguments.Call {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "Names from 'openclip models', patterns with * and ?, or model folders. Default: the"
              + " built-in model.")
  private List<String> models = new ArrayList<>();

  @Option(
      names = "--work",
      split = ",",
      paramLabel = "WORK",
      description =
          "What is measured: image (the image tower), text (tokenizer and text tower), files (from"
              + " image files to embeddings). Default: image,text, and files with --images.")
  private List<Work> works = new ArrayList<>();

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      description = "Batch sizes. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1,16")
  private List<Integer> batches = new ArrayList<>();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads; 0 for the default. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private List<Integer> threads = new ArrayList<>();

  @Option(
      names = "--precision",
      split = ",",
      paramLabel = "TYPE",
      description = "Precisions to compare. Default: ${DEFAULT-VALUE}.",
      defaultValue = "fp32")
  private List<Precision> precisions = new ArrayList<>();

  @Mixin private final DeviceOptions hardware = new DeviceOptions();

  @Option(
      names = "--images",
      paramLabel = "PATH",
      description = "Image files, or folders of them, for the work 'files'.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--peer",
      arity = "2",
      paramLabel = "FORMAT FILE",
      description =
          "A model file as one more side: the backend that reads it and the file, such as 'onnx"
              + " visual.onnx'.")
  private List<String> peer = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each side. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "The minimum time of a turn. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0.5")
  private double seconds;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "table, json (an object on each line), csv or markdown. Default: table.")
  private BenchmarkFormat format = BenchmarkFormat.TABLE;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write. Default: the standard output.")
  private @Nullable String output;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Draws images per second, with the largest batch, against --accuracy, or against the cost"
              + " of an image, as SVG.")
  private @Nullable String plot;

  @Option(
      names = "--accuracy",
      paramLabel = "FILE",
      description =
          "A JSON object of model names and accuracies, or results of 'openclip clip-benchmark"
              + " eval', or a folder of them.")
  private @Nullable String accuracy;

  @Override
  public int run(Environment environment) {
    check();
    PublishedAccuracy published =
        accuracy == null ? null : PublishedAccuracy.read(PictureArguments.path(accuracy));
    List<Path> files = PictureArguments.expand(images, environment);
    Set<Work> chosen = works(files);
    Rounds turns = new Rounds(rounds, seconds);
    List<Measured> results = new ArrayList<>();
    for (String model : names(environment)) {
      try (Contest contest = Contest.open(settings(files), model, environment)) {
        results.addAll(
            turns.run(
                model,
                contest.sides(),
                chosen,
                batches,
                what -> environment.err().println("openclip: " + what)));
      }
    }
    if (results.isEmpty()) {
      throw new UsageException("no side supports any of " + chosen + " with batches of " + batches);
    }
    String text = new BenchmarkReport(results, machine()).write(format);
    if (output == null) {
      environment.out().print(text);
      environment.out().flush();
    } else {
      write(output, text);
    }
    if (plot != null) {
      write(plot, plot(results, published).svg());
    }
    return Main.SUCCESS;
  }

  private Contest.Settings settings(List<Path> files) {
    BackendOptions options = BackendOptions.DEFAULT.withDevice(hardware.device());
    return new Contest.Settings(
        hardware.backend().orElse(null), options, precisions, threads, files, peer);
  }

  private void check() {
    batches.forEach(batch -> atLeast("--batch", 1, batch));
    threads.forEach(count -> atLeast("--threads", 0, count));
    atLeast("--rounds", 1, rounds);
    if (!(seconds >= 0 && seconds < 3600)) {
      throw new UsageException("--seconds is " + seconds + ", but must be from 0 to 3600");
    }
    if (accuracy != null && plot == null) {
      throw new UsageException("--accuracy needs --plot");
    }
  }

  private static void atLeast(String flag, int bound, int value) {
    if (value < bound) {
      throw new UsageException("%s is %s, but must be at least %s".formatted(flag, value, bound));
    }
  }

  private Set<Work> works(List<Path> files) {
    if (works.contains(Work.FILES) && files.isEmpty()) {
      throw new UsageException("the work 'files' needs image files; give them with --images");
    }
    if (works.isEmpty()) {
      return files.isEmpty() ? EnumSet.of(Work.IMAGE, Work.TEXT) : EnumSet.allOf(Work.class);
    }
    return EnumSet.copyOf(works);
  }

  /** Returns the models, patterns replaced by what they match. */
  private List<String> names(Environment environment) {
    if (models.isEmpty()) {
      return List.of(PretrainedTags.embedded(environment.plugins()));
    }
    List<String> names = new ArrayList<>();
    for (String model : models) {
      if (!model.contains("*") && !model.contains("?")) {
        names.add(model);
        continue;
      }
      NamePatterns pattern = new NamePatterns(List.of(model));
      List<String> found =
          PretrainedTags.modelNames(environment.plugins()).stream().filter(pattern::match).toList();
      if (found.isEmpty()) {
        throw new UsageException("no model name matches " + model);
      }
      names.addAll(found);
    }
    return names;
  }

  private static String machine() {
    return "%s; %s processors; %s %s; Java %s"
        .formatted(
            Processor.current(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.version().feature());
  }

  private static void write(String file, String text) {
    AtomicFile.write(
        PictureArguments.path(file),
        channel -> {
          ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  /** Draws the image towers with the largest batch. */
  private ScatterPlot plot(List<Measured> results, @Nullable PublishedAccuracy published) {
    int largest = batches.stream().mapToInt(Integer::intValue).max().orElse(1);
    List<ScatterPlot.Point> points = new ArrayList<>();
    for (Measured each : results) {
      double height = published == null ? each.gflops() / each.items() : published.of(each.model());
      if (each.work() == Work.IMAGE && each.items() == largest && height > 0) {
        String side = precisions.size() * threads.size() > 1 ? " " + each.side() : "";
        points.add(
            new ScatterPlot.Point(
                each.model() + side, each.timing().perSecond(each.items()), height));
      }
    }
    if (points.isEmpty()) {
      throw new UsageException(
          "there is nothing to draw: the work 'image' was not measured, or --accuracy contains none"
              + " of the models");
    }
    return new ScatterPlot(
        "images per second, batch " + largest,
        published == null ? "GFLOP per image" : "accuracy",
        points);
  }

  /** Returns the backend that runs, by name or the preferred one. */
  static Backend open(Environment environment, @Nullable String named, BackendOptions options) {
    BackendProvider provider =
        named == null
            ? environment.plugins().preferred(BackendProvider.class)
            : environment.plugins().named(BackendProvider.class, named.toLowerCase(Locale.ROOT));
    return provider.open(options);
  }
}
