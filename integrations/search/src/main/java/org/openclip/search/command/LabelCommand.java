package org.openclip.search.command;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.search.PictureIndex;
import org.openclip.search.query.Filter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that says for every picture of an index which of several labels fit it. */
public final class LabelCommand implements CommandProvider {
  /** Creates the provider. */
  public LabelCommand() {}

  @Override
  public String name() {
    return "label";
  }

  @Override
  public String summary() {
    return "Assigns the best of several labels to every picture of an index";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return IndexModel.run(this, arguments, environment, Call::new);
  }

  @Command(
      customSynopsis = "openclip label [OPTION...] INDEX LABEL...",
      sortOptions = false,
      footer = {
        "",
        "  openclip label photos.index \"a cat\" \"a dog\" \"a person\" -o labels.csv",
        "  openclip label photos.index --labels imagenet --templates imagenet80 --top 5 -o"
            + " labels.csv"
      })
  private static final class Call extends IndexModel.Call {
    @Parameters(index = "1..*", arity = "0..*", paramLabel = "LABEL", description = "Labels.")
    private List<String> named = new ArrayList<>();

    @Option(
        names = {"-l", "--labels"},
        paramLabel = "FILE",
        description = {
          "A file with a label on each line, - for the standard input, or imagenet for its classes."
        })
    private @Nullable String labelFile;

    @Option(
        names = "--templates",
        paramLabel = "NAME",
        description = {
          "none, imagenet7, imagenet80, or a file with a template on each line. Default: none."
        })
    private String templates = "none";

    @Option(
        names = "--top",
        paramLabel = "K",
        description = "The number of labels for each picture, best first. Default: 1.")
    private int top = 1;

    @Mixin private final IndexOptions options = new IndexOptions();

    @Override
    IndexOptions options() {
      return options;
    }

    @Override
    int run(PictureIndex open, Environment environment) {
      List<String> labels = new ArrayList<>(named);
      if (labelFile != null) {
        labels.addAll(Prompts.labels(labelFile));
      }
      if (labels.size() < 2) {
        throw new UsageException("give at least two labels, or a file of labels with --labels");
      }
      if (top < 1) {
        throw new UsageException("--top is " + top + ", but must be positive");
      }
      List<Filter> passing = options.filters();
      try (ClipModel clip = options.model().load(environment)) {
        open.check(clip);
        Embeddings classes =
            ZeroShotClassifier.create(clip, labels, Prompts.templates(templates)).classes();
        options
            .results()
            .write(
                environment,
                out -> {
                  try (Progress progress = Progress.start(environment, "pictures", open.size())) {
                    Writer writer = new Writer(out, options.results().format(), labels, top);
                    open.forEach(
                        passing,
                        (picture, vector) -> {
                          Embeddings row = Embeddings.of(vector.length, vector);
                          writer.write(picture.path(), clip.probabilities(row, classes)[0]);
                          progress.advance(1);
                        });
                  }
                  BrokenPipeException.flush(out);
                });
      }
      return Main.SUCCESS;
    }
  }

  /** Writes the labels of one picture after the other. */
  private static final class Writer {
    private final PrintStream out;
    private final List<String> labels;
    private final int top;
    private final @Nullable DelimitedRows rows;

    Writer(PrintStream out, ResultFormat format, List<String> labels, int top) {
      this.out = out;
      this.labels = labels;
      this.top = top;
      boolean objects = format == ResultFormat.JSON || format == ResultFormat.JSONL;
      this.rows =
          objects
              ? null
              : new DelimitedRows(out, format == ResultFormat.TSV ? format : ResultFormat.CSV);
      if (rows != null) {
        rows.row(List.of("path", "rank", "label", "probability"));
      }
    }

    void write(String path, float[] probabilities) {
      List<Integer> best =
          IntStream.range(0, probabilities.length)
              .boxed()
              .sorted((a, b) -> Float.compare(probabilities[b], probabilities[a]))
              .limit(top)
              .toList();
      DelimitedRows cells = rows;
      if (cells != null) {
        for (int rank = 0; rank < best.size(); rank++) {
          int label = best.get(rank);
          cells.row(List.of(path, rank + 1, labels.get(label), probabilities[label]));
        }
        return;
      }
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("path", path);
      object.put(
          "labels",
          best.stream()
              .map(
                  label -> {
                    Map<String, Object> each = new LinkedHashMap<>();
                    each.put("label", labels.get(label));
                    each.put("probability", probabilities[label]);
                    return each;
                  })
              .toList());
      JsonLines.print(out, object);
    }
  }
}
