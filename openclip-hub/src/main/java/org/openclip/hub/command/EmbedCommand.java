package org.openclip.hub.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.Progress;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that turns pictures and texts into vectors. */
public final class EmbedCommand implements CommandProvider {
  /** Creates the provider. */
  public EmbedCommand() {}

  @Override
  public String name() {
    return "embed";
  }

  @Override
  public String summary() {
    return "Turns pictures and texts into vectors, as NPY or JSON lines";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip embed [OPTION...] [IMAGE...]",
      sortOptions = false,
      footer = {
        "",
        "Rows come in this order: pictures named, pictures of --images-from, texts named, texts of"
            + " --texts.",
        "",
        "  openclip embed photos/ --output photos.npy",
        "  openclip embed --texts captions.txt > captions.jsonl"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "IMAGE",
        description = "Pictures, or folders for all pictures below them.")
    private List<String> pictures = new ArrayList<>();

    @Option(
        names = "--images-from",
        paramLabel = "FILE",
        description = "A file with the path of a picture on each line; - for the standard input.")
    private @Nullable String pictureList;

    @Option(names = "--text", paramLabel = "TEXT", description = "A text. May be repeated.")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = "--texts",
        paramLabel = "FILE",
        description = "A file with a text on each line; - for the standard input.")
    private @Nullable String textFile;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = {
          "NAME.npy for a float32 matrix, with NAME.index.jsonl beside it, or NAME.jsonl for an object"
              + " with kind, id and vector on each line. Default: JSON lines on the standard output."
        })
    private @Nullable String output;

    @Option(
        names = "--raw",
        description = {
          "Writes the towers' outputs as they are, as the reference's encode_image and encode_text."
              + " Default: scaled to length 1."
        })
    private boolean raw;

    @Option(
        names = "--skip-bad",
        description = "Names pictures that cannot be read and goes on without them.")
    private boolean skip;

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      if (pictures.isEmpty() && pictureList == null && texts.isEmpty() && textFile == null) {
        throw new UsageException("name pictures, or texts by --text or --texts");
      }
      if ("-".equals(pictureList) && "-".equals(textFile)) {
        throw new UsageException("only one of --images-from and --texts can read -");
      }
      String file = output;
      if (file != null && !file.toLowerCase(Locale.ROOT).matches("(?s).*\\.(npy|jsonl)")) {
        throw new UsageException("--output is " + file + ", but must end in .npy or .jsonl");
      }
      List<Path> files = PictureArguments.expand(pictures);
      try (ClipModel clip = model.load(environment)) {
        if (file == null) {
          encode(clip, files, EmbeddingSink.lines(environment.out()), environment);
        } else if (file.toLowerCase(Locale.ROOT).endsWith(".npy")) {
          writeMatrix(clip, files, file, environment);
        } else {
          AtomicFile.write(
              PictureArguments.path(file),
              channel -> encode(clip, files, EmbeddingSink.lines(channel), environment));
        }
      }
      return Main.SUCCESS;
    }

    private void writeMatrix(
        ClipModel clip, List<Path> files, String file, Environment environment) {
      String index = file.substring(0, file.length() - ".npy".length()) + ".index.jsonl";
      AtomicFile.write(
          PictureArguments.path(file),
          matrixChannel -> {
            NpyWriter matrix = new NpyWriter(matrixChannel);
            AtomicFile.write(
                PictureArguments.path(index),
                indexChannel ->
                    encode(clip, files, EmbeddingSink.matrix(matrix, indexChannel), environment));
            matrix.finish();
          });
    }

    private void encode(
        ClipModel clip, List<Path> files, EmbeddingSink sink, Environment environment) {
      long total =
          pictureList == null && textFile == null ? (long) files.size() + texts.size() : -1;
      EmbeddingSink scaled = raw ? sink : (items, rows) -> sink.append(items, rows.normalised());
      @Nullable PrintStream skipped = skip ? environment.err() : null;
      try (Progress progress = Progress.start(environment, "items", total)) {
        Encoding encoding = new Encoding(clip, model.batch(), scaled, progress, skipped);
        files.forEach(f -> encoding.picture(f.toString()));
        if (pictureList != null) {
          TextLines.forEach(pictureList, encoding::picture);
        }
        texts.forEach(encoding::text);
        if (textFile != null) {
          TextLines.forEach(textFile, encoding::text);
        }
        encoding.flush();
        if (progress.done() == encoding.skips()) {
          throw new InvalidInputException(
              progress.done() == 0
                  ? "there is nothing to embed; the list is empty"
                  : "none of the " + progress.done() + " pictures can be read");
        }
      }
    }
  }
}
