package org.openclip.search.command;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.search.DuplicateGroups;
import org.openclip.search.PictureIndex;
import org.openclip.search.facts.IndexedPicture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that finds groups of pictures that are alike. */
public final class DuplicatesCommand implements CommandProvider {
  /** Creates the provider. */
  public DuplicatesCommand() {}

  @Override
  public String name() {
    return "duplicates";
  }

  @Override
  public String summary() {
    return "Finds groups of similar pictures in an index";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    LuceneLog.quiet();
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip duplicates [OPTION...] INDEX",
      sortOptions = false,
      footer = {
        "",
        "  openclip duplicates photos.index",
        "  openclip duplicates photos.index --threshold 0.9 -o groups.csv"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of an index.")
    private String index = "";

    @Option(
        names = "--threshold",
        paramLabel = "C",
        description = {
          "The minimum cosine similarity of similar pictures. The similarity of copies depends on"
              + " the model. Default: ${DEFAULT-VALUE}."
        },
        defaultValue = "0.95")
    private double threshold;

    @Option(
        names = "--exact",
        description = {
          "Compares every pair of pictures. An index of up to 3,000 pictures is always compared so;"
              + " in a larger one, the approximate search can miss pairs."
        })
    private boolean exact;

    @Mixin private final ResultOptions results = new ResultOptions();

    @Override
    public int run(Environment environment) {
      try (PictureIndex open = PictureIndex.open(PictureArguments.path(index))) {
        List<DuplicateGroups.Group> groups;
        try (Progress progress = Progress.start(environment, "pictures", open.size())) {
          groups =
              DuplicateGroups.find(
                  open, threshold, exact, done -> progress.advance(done - progress.done()));
        }
        results.write(environment, out -> write(out, open, groups));
        return Main.SUCCESS;
      }
    }

    private void write(PrintStream out, PictureIndex open, List<DuplicateGroups.Group> groups) {
      switch (results.format()) {
        case TABLE -> table(out, groups);
        case JSON -> {
          Map<String, Object> all = new LinkedHashMap<>();
          all.put("fingerprint", open.facts().fingerprint());
          all.put("threshold", threshold);
          all.put("groups", groups.stream().map(Call::object).toList());
          JsonLines.print(out, all);
        }
        case JSONL -> groups.forEach(group -> JsonLines.print(out, object(group)));
        case CSV, TSV -> {
          DelimitedRows rows = new DelimitedRows(out, results.format());
          rows.row(List.of("group", "path"));
          for (int i = 0; i < groups.size(); i++) {
            for (IndexedPicture picture : groups.get(i).pictures()) {
              rows.row(List.of(i + 1, picture.path()));
            }
          }
        }
      }
      BrokenPipeException.flush(out);
    }

    private static void table(PrintStream out, List<DuplicateGroups.Group> groups) {
      for (DuplicateGroups.Group group : groups) {
        out.println(
            group.pictures().size()
                + " pictures, cosines with the first from "
                + Table.decimals(group.least(), 4));
        group.pictures().forEach(picture -> out.println("  " + Printable.line(picture.path())));
      }
      if (groups.isEmpty()) {
        out.println("no similar pictures were found");
      }
    }

    private static Map<String, Object> object(DuplicateGroups.Group group) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("least_cosine", group.least());
      object.put("paths", group.pictures().stream().map(IndexedPicture::path).toList());
      return object;
    }
  }
}
