package org.openclip.hub.cli.command.picture;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.BadPictures;
import org.openclip.hub.cli.FileKind;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code caption}: generates captions for pictures. */
public final class CaptionCommand implements CommandProvider {
  /** Creates the provider. */
  public CaptionCommand() {}

  @Override
  public String name() {
    return "caption";
  }

  @Override
  public String summary() {
    return "Writes a caption for each image, with a CoCa, GenLIP or GenLAP model";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip caption [OPTION...] IMAGE...",
      sortOptions = false,
      footer = {
        "",
        "  openclip caption cat.png --model coca_ViT-L-14 --pretrained coca.safetensors",
        "  openclip caption holiday/ --top-p 0.9 --seed 7 --format json"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        arity = "0..*",
        paramLabel = "IMAGE",
        description =
            "Images, or folders of images with their subfolders; sounds for a model of sounds.")
    private List<String> pictures = new ArrayList<>();

    @Option(
        names = "--beams",
        paramLabel = "N",
        description = "The number of beams. Default: ${DEFAULT-VALUE}.",
        defaultValue = "6")
    private int beams;

    @Option(
        names = "--beam-groups",
        paramLabel = "N",
        description = "The number of beam groups. Default: ${DEFAULT-VALUE}.",
        defaultValue = "3")
    private int groups;

    @Option(
        names = "--top-k",
        paramLabel = "N",
        description =
            "Top-k sampling instead of beam search: draws each token from the N most probable"
                + " ones.")
    private @Nullable Integer topK;

    @Option(
        names = "--top-p",
        paramLabel = "P",
        description =
            "Top-p sampling: draws each token from the fewest tokens whose total probability is"
                + " P.")
    private @Nullable Double topP;

    @Option(
        names = "--temperature",
        paramLabel = "T",
        description = "The temperature of sampling. Default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private double temperature;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "The random seed of sampling. Default: ${DEFAULT-VALUE}.",
        defaultValue = "0")
    private long seed;

    @Option(
        names = "--min-length",
        paramLabel = "N",
        description =
            "The smallest number of tokens, including start and end. Default: ${DEFAULT-VALUE}.",
        defaultValue = "5")
    private int shortest;

    @Option(
        names = "--max-length",
        paramLabel = "N",
        description =
            "The largest number of tokens, including start and end. Default: ${DEFAULT-VALUE}.",
        defaultValue = "30")
    private int longest;

    @Option(
        names = "--repetition-penalty",
        paramLabel = "X",
        description =
            "The repetition penalty; above 1, tokens are repeated less often. Default:"
                + " ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private double penalty;

    @Mixin private PictureOptions images = new PictureOptions();

    @Mixin private ResultOptions results = new ResultOptions();

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      CaptionOptions options = options();
      if (pictures.isEmpty() && !images.hasList()) {
        throw new UsageException("give at least one picture, or a list with --images-from");
      }
      List<Path> files = images.files(model.kind(environment), pictures, environment);
      try (CaptionWriter writer = CaptionWriter.open(model, environment)) {
        results.write(environment, out -> caption(writer, options, files, out, environment));
      }
      return Main.SUCCESS;
    }

    private void caption(
        CaptionWriter writer,
        CaptionOptions options,
        List<Path> files,
        PrintStream out,
        Environment environment) {
      FileKind kind = model.kind(environment);
      Report report = Report.of(kind.noun(), results.format(), out);
      try (Progress progress = Progress.start(environment, kind.plural(), files.size())) {
        BadPictures judge = images.judge(kind, progress, environment);
        for (int from = 0; from < files.size(); from += model.batch()) {
          List<Path> some = files.subList(from, Math.min(files.size(), from + model.batch()));
          List<String> captions = writer.write(some, options, judge);
          List<Path> kept = judge.kept(some);
          progress.wipe();
          for (int i = 0; i < captions.size(); i++) {
            report.write(kept.get(i), captions.get(i));
          }
          BrokenPipeException.flush(out);
        }
        judge.check();
      }
    }

    /** Where captions are written. */
    private interface Report {
      void write(Path file, String caption);

      static Report of(String kind, ResultFormat format, PrintStream out) {
        return switch (format) {
          case TABLE -> (file, caption) -> out.println(text(file) + "  " + text(caption));
          case JSON, JSONL -> (file, caption) -> JsonLines.print(out, object(kind, file, caption));
          case CSV, TSV -> {
            DelimitedRows rows = new DelimitedRows(out, format);
            rows.row(List.of(kind, "caption"));
            yield (file, caption) -> rows.row(List.of(file, caption));
          }
        };
      }

      private static String text(Object value) {
        return Printable.line(value.toString());
      }

      private static Map<String, Object> object(String kind, Path file, String caption) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put(kind, file.toString());
        object.put("caption", caption);
        return object;
      }
    }

    private CaptionOptions options() {
      if (topK != null && topP != null) {
        throw new UsageException("--top-k and --top-p exclude each other; give one of them");
      }
      try {
        CaptionOptions.Search search =
            topK != null
                ? new CaptionOptions.TopK(topK, temperature, seed)
                : topP != null
                    ? new CaptionOptions.TopP(topP, temperature, seed)
                    : new CaptionOptions.Beams(beams, groups);
        return new CaptionOptions(search, longest, shortest, penalty, false, null);
      } catch (InvalidInputException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
  }
}
