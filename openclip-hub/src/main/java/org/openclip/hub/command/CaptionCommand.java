package org.openclip.hub.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.BrokenPipeException;
import org.openclip.hub.cli.JsonLines;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.OutputFormat;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.Progress;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that writes captions of pictures. */
public final class CaptionCommand implements CommandProvider {
  /** Creates the provider. */
  public CaptionCommand() {}

  @Override
  public String name() {
    return "caption";
  }

  @Override
  public String summary() {
    return "Writes a caption of each picture, with a model that has a decoder (CoCa)";
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
        arity = "1..*",
        paramLabel = "IMAGE",
        description = "Pictures, or folders for all pictures below them.")
    private List<String> pictures = new ArrayList<>();

    @Option(
        names = "--beams",
        paramLabel = "N",
        description = "Beginnings that are carried on together. Default: ${DEFAULT-VALUE}.",
        defaultValue = "6")
    private int beams;

    @Option(
        names = "--beam-groups",
        paramLabel = "N",
        description = "Groups of their own that they form. Default: ${DEFAULT-VALUE}.",
        defaultValue = "3")
    private int groups;

    @Option(
        names = "--top-k",
        paramLabel = "N",
        description = "Draws each token from the N most probable ones, in place of beams.")
    private @Nullable Integer topK;

    @Option(
        names = "--top-p",
        paramLabel = "P",
        description = "Draws each token from the fewest that together have probability P.")
    private @Nullable Double topP;

    @Option(
        names = "--temperature",
        paramLabel = "T",
        description = "How boldly tokens are drawn. Default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private double temperature;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "The same seed draws the same captions. Default: ${DEFAULT-VALUE}.",
        defaultValue = "0")
    private long seed;

    @Option(
        names = "--min-length",
        paramLabel = "N",
        description = "The fewest tokens, start and end included. Default: ${DEFAULT-VALUE}.",
        defaultValue = "5")
    private int shortest;

    @Option(
        names = "--max-length",
        paramLabel = "N",
        description = "The most tokens, start and end included. Default: ${DEFAULT-VALUE}.",
        defaultValue = "30")
    private int longest;

    @Option(
        names = "--repetition-penalty",
        paramLabel = "X",
        description = "Above 1: tokens come back less often. Default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private double penalty;

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "table, or json: an object with image and caption a line. Default: table.")
    private OutputFormat format = OutputFormat.TABLE;

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      CaptionOptions options = options();
      List<Path> files = PictureArguments.expand(pictures);
      try (ClipModel clip = model.load(environment);
          Progress progress = Progress.start(environment, "pictures", files.size())) {
        Captioner captioner =
            clip.captioner()
                .orElseThrow(
                    () ->
                        new InvalidInputException(
                            clip.name()
                                + " writes no captions; take a model with a decoder, such as"
                                + " coca_ViT-L-14"));
        for (int from = 0; from < files.size(); from += model.batch()) {
          List<Path> some = files.subList(from, Math.min(files.size(), from + model.batch()));
          List<String> captions = captioner.captionImages(some, options);
          progress.wipe();
          for (int i = 0; i < captions.size(); i++) {
            print(some.get(i), captions.get(i), environment);
          }
          progress.advance(some.size());
        }
      }
      return Main.SUCCESS;
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

    private void print(Path file, String caption, Environment environment) {
      if (format == OutputFormat.JSON) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("image", file.toString());
        object.put("caption", caption);
        JsonLines.print(environment.out(), object);
      } else {
        environment.out().println(file + "  " + caption);
        BrokenPipeException.flush(environment.out());
      }
    }
  }
}
