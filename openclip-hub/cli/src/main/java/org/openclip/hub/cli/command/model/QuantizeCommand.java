package org.openclip.hub.cli.command.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.ModelState;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.hub.quantize.Calibration;
import org.openclip.hub.quantize.Cosines;
import org.openclip.hub.quantize.LayerChoice;
import org.openclip.hub.quantize.QuantizationReport;
import org.openclip.hub.quantize.QuantizationReport.Labelled;
import org.openclip.hub.quantize.QuantizationReport.Questions;
import org.openclip.hub.quantize.QuantizedFormat;
import org.openclip.hub.quantize.QuantizedWeights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code quantize}: quantizes a model to 8 bits and reports the effect. */
public final class QuantizeCommand implements CommandProvider {
  /** The file of the folder that has the report. */
  static final String REPORT = "quantization_report.json";

  /** Creates the provider. */
  public QuantizeCommand() {}

  @Override
  public String name() {
    return "quantize";
  }

  @Override
  public String summary() {
    return "Rounds a model to 8 bits, or reports what that changes";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = {
        "openclip quantize [OPTION...] MODEL --output FOLDER [--calibrate PICTURES --texts FILE]",
        "       openclip quantize [OPTION...] MODEL --report --calibrate PICTURES --texts FILE"
      },
      sortOptions = false,
      footer = {
        "",
        "Quantizes the large linear layers of both towers to 8 bits. With --calibrate, the layers"
            + " with the largest loss stay in float until the embeddings reach the similarity"
            + " --least, and the folder contains a report. 8-bit models run on the backend onnx.",
        "",
        "  openclip quantize ViT-B-32 -p laion2b_s34b_b79k -o models/small --calibrate photos"
            + " --texts labels.txt",
        "  openclip quantize models/mine --report --calibrate photos --texts labels.txt --labelled"
            + " test"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "MODEL",
        description = "A model, as for --model.")
    private @Nullable String argument;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FOLDER",
        description = "The model folder to write.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Replaces a model that is already in the folder.")
    private boolean force;

    @Option(
        names = "--report",
        description = {
          "Reports for each tower the similarity to float32, the size and the speed, and how often"
              + " both choose the same label."
        })
    private boolean report;

    @Option(
        names = "--calibrate",
        paramLabel = "PICTURES",
        description =
            "An image or a folder of images, similar to the images that the model will process.")
    private List<String> pictures = new ArrayList<>();

    @Option(
        names = "--texts",
        paramLabel = "FILE",
        description = {
          "A text or label on each line, or imagenet for the names of its classes. Default for"
              + " --output: imagenet's first 100."
        })
    private @Nullable String texts;

    @Option(
        names = "--labelled",
        paramLabel = "FOLDER",
        description = "Pictures of known classes, a folder for each: adds top-1 and retrieval.")
    private @Nullable Path labelled;

    @Option(
        names = {"-t", "--templates"},
        paramLabel = "NAME",
        description =
            "The prompt templates of --labelled, as for 'openclip classify'. Default: none.")
    private String templates = "none";

    @Option(
        names = "--least",
        paramLabel = "COSINE",
        description = {
          "The minimum mean cosine similarity to the float32 embeddings of --calibrate, for each"
              + " tower; the distance of the worst embedding may be ten times the mean. Default:"
              + " 0.995."
        })
    private double least = 0.995;

    @Option(
        names = "--samples",
        paramLabel = "N",
        description = "The maximum number of images and texts to measure. Default: 64.")
    private int samples = 64;

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      check();
      if (argument != null) {
        model.name(argument);
      }
      if (model.running().precision() != Precision.FLOAT32) {
        throw new UsageException("--precision is not possible here: the weights always get 8 bits");
      }
      Questions questions = questions(environment);
      ModelBuilder builder = model.builder(environment);
      return builder.withState(state -> run(builder, state, questions, environment));
    }

    private void check() {
      if (output == null && !report) {
        throw new UsageException("set --output to a folder, or use --report");
      }
      if (output != null && !force && Files.exists(output.resolve(ModelFolder.CONFIG))) {
        throw new UsageException(output + " already contains a model; --force replaces it");
      }
      if (!(least > 0 && least < 1)) {
        throw new UsageException("--least is " + least + ", but must be above 0 and below 1");
      }
      if (samples < 1) {
        throw new UsageException("--samples is " + samples + ", but must be at least 1");
      }
      if (report && pictures.isEmpty()) {
        throw new UsageException("--report needs images; give them with --calibrate");
      }
      if (report && texts == null) {
        throw new UsageException(
            "--report needs labels to compare the predictions; set --texts to a file or to"
                + " imagenet");
      }
      if (pictures.isEmpty() && (texts != null || labelled != null)) {
        throw new UsageException("--texts and --labelled need --calibrate");
      }
    }

    private @Nullable Questions questions(Environment environment) {
      if (pictures.isEmpty()) {
        return null;
      }
      List<Path> files = PictureArguments.expand(pictures, environment);
      String named = texts == null ? "imagenet" : texts;
      List<String> labels = Prompts.labels(named);
      if (labels.size() < 2) {
        throw new InvalidInputException(
            "%s has %s labels, but at least 2 are needed, one on each line"
                .formatted(named, labels.size()));
      }
      int count = texts == null ? 100 : samples;
      PictureFiles decoder = new PictureFiles(environment.plugins());
      Calibration calibration =
          new Calibration(
              spread(files, samples).stream().map(decoder::read).toList(), spread(labels, count));
      return new Questions(
          calibration, labelled == null ? null : labelled(labelled, decoder, environment));
    }

    /** Returns so many elements at most, from all over a list. */
    private static <T> List<T> spread(List<T> all, int most) {
      int count = Math.min(most, all.size());
      return IntStream.range(0, count)
          .mapToObj(i -> all.get(Math.toIntExact((long) i * all.size() / count)))
          .toList();
    }

    private Labelled labelled(Path root, PictureFiles decoder, Environment environment) {
      PictureFolder folder = PictureFolder.list(root, environment.plugins());
      List<Image> decoded = new ArrayList<>();
      List<Integer> classes = new ArrayList<>();
      for (Path file : folder.pictures()) {
        int index = folder.folders().indexOf(folder.folderOf(file));
        if (index >= 0) {
          decoded.add(decoder.read(file));
          classes.add(index);
        }
      }
      if (folder.folders().size() < 2 || decoded.isEmpty()) {
        throw new InvalidInputException(
            "%s has %s folders with %s pictures; a folder for each class is expected, at least 2"
                .formatted(root, folder.folders().size(), decoded.size()));
      }
      List<String> labels = folder.folders().stream().map(name -> name.replace('_', ' ')).toList();
      return new Labelled(decoded, classes, labels, Prompts.templates(templates));
    }

    private int run(
        ModelBuilder builder,
        ModelState state,
        @Nullable Questions questions,
        Environment environment) {
      Weights floats = state.weights();
      QuantizedFormat.requireFloats(builder.name(), floats);
      Map<String, Double> losses = Map.of();
      Weights integers;
      if (questions == null || output == null) {
        integers = QuantizedWeights.of(state.architecture(), floats);
      } else {
        Weights smoothed = QuantizedWeights.smoothed(state.architecture(), floats);
        LayerChoice.Chosen chosen = choose(builder, state, smoothed, questions, environment);
        losses = chosen.losses();
        integers = QuantizedWeights.of(smoothed, chosen.integers());
      }
      QuantizationReport measured =
          questions == null ? null : measure(builder, floats, integers, losses, questions);
      if (output != null) {
        write(builder, state, integers, output, measured, environment);
      }
      if (measured != null) {
        print(measured, environment);
      }
      return Main.SUCCESS;
    }

    private LayerChoice.Chosen choose(
        ModelBuilder builder,
        ModelState state,
        Weights smoothed,
        Questions questions,
        Environment environment) {
      try (Progress progress = Progress.start(environment, "models tried", 0)) {
        return LayerChoice.choose(
            state.architecture(),
            smoothed,
            questions.calibration(),
            weights -> open(builder, weights),
            new Cosines(least, 1 - 10 * (1 - least)),
            progress::advance);
      }
    }

    private static ClipModel open(ModelBuilder builder, Weights weights) {
      return builder.weights(weights).precision(precision(weights)).load();
    }

    private static Precision precision(Weights weights) {
      return QuantizedWeights.are(weights) ? Precision.INT8 : Precision.FLOAT32;
    }

    private static QuantizationReport measure(
        ModelBuilder builder,
        Weights floats,
        Weights integers,
        Map<String, Double> losses,
        Questions questions) {
      try (ClipModel exact = open(builder, floats);
          ClipModel rounded = open(builder, integers)) {
        return QuantizationReport.measure(exact, floats, rounded, integers, losses, questions);
      }
    }

    private static void write(
        ModelBuilder builder,
        ModelState state,
        Weights integers,
        Path folder,
        @Nullable QuantizationReport measured,
        Environment environment) {
      Map<String, Object> form = new LinkedHashMap<>();
      form.put(QuantizedFormat.VERSION_KEY, QuantizedFormat.VERSION);
      Map<String, String> metadata = new LinkedHashMap<>(Checkpoints.ownMetadata(state.metadata()));
      metadata.put(QuantizedFormat.METADATA_KEY, String.valueOf(QuantizedFormat.VERSION));
      ModelFolder.write(
          folder,
          state.architecture().config(),
          state.preprocessing(),
          QuantizedFormat.source(integers),
          metadata,
          Map.of(QuantizedFormat.CONFIG_KEY, form));
      builder.saveTokenizer(folder);
      if (measured != null) {
        byte[] json = JsonObjects.write(measured.toJson()).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(REPORT), channel -> channel.write(ByteBuffer.wrap(json)));
      }
      environment
          .out()
          .println(
              "%s: %s MB of weights, %s MB in float32"
                  .formatted(
                      folder,
                      Table.millions(QuantizedWeights.bytes(integers)),
                      Table.millions(4 * state.architecture().size().parameters())));
    }

    private static void print(QuantizationReport report, Environment environment) {
      Table table = new Table();
      List<List<String>> rows = report.rows();
      table.head(rows.get(0));
      rows.subList(1, rows.size()).forEach(table::row);
      table.print(environment.out());
      report.sentences().forEach(environment.out()::println);
    }
  }
}
