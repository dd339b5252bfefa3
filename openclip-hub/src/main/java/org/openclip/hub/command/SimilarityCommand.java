package org.openclip.hub.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.JsonLines;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.OutputFormat;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.Progress;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that compares pictures and texts with each other. */
public final class SimilarityCommand implements CommandProvider {
  /** Creates the provider. */
  public SimilarityCommand() {}

  @Override
  public String name() {
    return "similarity";
  }

  @Override
  public String summary() {
    return "Compares pictures and texts by the cosine of their vectors";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip similarity [OPTION...] [IMAGE...]",
      sortOptions = false,
      footer = {
        "",
        "Pictures and texts: pictures are rows and texts are columns. Only one kind: each with each.",
        "",
        "  openclip similarity cat.png dog.png --text \"a cat\" --text \"a dog\"",
        "  openclip similarity holiday/"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "IMAGE",
        description = "Pictures, or folders for all pictures below them.")
    private List<String> pictures = new ArrayList<>();

    @Option(names = "--text", paramLabel = "TEXT", description = "A text. May be repeated.")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = "--texts",
        paramLabel = "FILE",
        description = "A file with a text on each line; - for the standard input.")
    private @Nullable String textFile;

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "table, or json: an object with rows, columns and cosines. Default: table.")
    private OutputFormat format = OutputFormat.TABLE;

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      List<Path> files = PictureArguments.expand(pictures);
      List<String> words = new ArrayList<>(texts);
      if (textFile != null) {
        words.addAll(TextLines.read(textFile));
      }
      if (files.isEmpty() && words.isEmpty()) {
        throw new UsageException("name pictures, or texts by --text or --texts");
      }
      List<String> names = files.stream().map(Path::toString).toList();
      List<String> rowNames = files.isEmpty() ? words : names;
      List<String> columnNames = words.isEmpty() ? names : words;
      float[][] cosines;
      try (ClipModel clip = model.load(environment);
          Progress progress =
              Progress.start(environment, "items", (long) files.size() + words.size())) {
        Embeddings images = Encoding.pictures(clip, model.batch(), files, progress);
        Embeddings captions = Encoding.texts(clip, model.batch(), words, progress);
        cosines = (files.isEmpty() ? captions : images).cosine(words.isEmpty() ? images : captions);
      }
      if (format == OutputFormat.JSON) {
        json(rowNames, columnNames, cosines, environment);
      } else {
        new SimilarityTable(rowNames, columnNames).print(cosines, environment.out());
      }
      return Main.SUCCESS;
    }

    private static void json(
        List<String> rows, List<String> columns, float[][] cosines, Environment environment) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("rows", rows);
      object.put("columns", columns);
      object.put("cosines", cosines);
      JsonLines.print(environment.out(), object);
    }
  }
}
