package org.openclip.search.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.Notes;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.search.FolderUpdate;
import org.openclip.search.IndexRepair;
import org.openclip.search.PictureIndex;
import org.openclip.search.PictureIndexWriter;
import org.openclip.search.UpdateListener;
import org.openclip.search.UpdateSummary;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.Quantization;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that puts pictures into an index and keeps it up to date. */
public final class IndexCommand implements CommandProvider {
  /** Creates the provider. */
  public IndexCommand() {}

  @Override
  public String name() {
    return "index";
  }

  @Override
  public String summary() {
    return "Creates or updates the search index of folders of pictures";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    LuceneLog.quiet();
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip index [OPTION...] [FOLDER...] -o INDEX",
      sortOptions = false,
      footer = {
        "",
        "Run it again after pictures were added, changed, moved or removed, or after an"
            + " interruption: it processes only the differences.",
        "",
        "  openclip index photos/ -o photos.index",
        "  openclip index photos/ -o photos.index --captions --metadata photos.jsonl",
        "  openclip index -o all.index --merge photos.index --merge scans.index"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(paramLabel = "FOLDER", description = "Folders of pictures, with their subfolders.")
    private List<String> folders = new ArrayList<>();

    @Option(
        names = {"-o", "--output"},
        paramLabel = "INDEX",
        required = true,
        description = "The folder of the index; created if it does not exist.")
    private String output = "";

    @Option(names = "--captions", description = "Reads the caption of NAME.jpg from NAME.txt.")
    private boolean captions;

    @Option(
        names = "--metadata",
        paramLabel = "FILE",
        description = {
          "JSON lines about pictures: path (below the folder), caption, tags (a list), and further"
              + " fields to filter by."
        })
    private @Nullable String metadata;

    @Option(
        names = "--quantization",
        paramLabel = "KIND",
        description = {
          "int8, binary or none: the quantization of the neighbour search. Full-precision vectors"
              + " always determine the ranking. Default: that of the existing index, or int8."
        })
    private @Nullable Quantization quantization;

    @Option(
        names = "--commit-every",
        paramLabel = "N",
        description = {
          "The number of pictures between two commits; an interruption loses only the pictures"
              + " after the last commit. Default: ${DEFAULT-VALUE}."
        },
        defaultValue = "2000")
    private int commitEvery;

    @Option(
        names = "--merge",
        paramLabel = "INDEX",
        description = {"Adds the pictures of another index of the same model. May be repeated."})
    private List<String> merged = new ArrayList<>();

    @Option(
        names = "--forget",
        paramLabel = "FOLDER",
        description = "Removes the pictures of a folder. May be repeated.")
    private List<String> forgotten = new ArrayList<>();

    @Option(
        names = "--compact",
        description =
            "Merges the index into one segment at the end: slow once, but faster to search.")
    private boolean compact;

    @Option(
        names = "--repair",
        description = "Reads the whole index first and removes damaged segments.")
    private boolean repair;

    @Mixin private final FormatOption format = new FormatOption();

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      if (folders.isEmpty() && merged.isEmpty() && forgotten.isEmpty() && !compact && !repair) {
        throw new UsageException("give at least one folder of pictures");
      }
      Path index = PictureArguments.path(output);
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("index", output);
      if (repair) {
        IndexRepair repaired = IndexRepair.run(index);
        told.put("lost", repaired.lost());
        told.put("kept", repaired.pictures());
      }
      if (folders.isEmpty()) {
        withoutModel(index, told);
      } else {
        withModel(index, told, environment);
      }
      print(told, environment);
      return Main.SUCCESS;
    }

    private void withoutModel(Path index, Map<String, Object> told) {
      if (merged.isEmpty() && forgotten.isEmpty() && !compact) {
        return;
      }
      IndexFacts facts;
      try (PictureIndex first =
          PictureIndex.open(merged.isEmpty() || index.toFile().exists() ? index : path(merged))) {
        facts = first.facts();
      }
      try (PictureIndexWriter writer = PictureIndexWriter.open(index, facts)) {
        other(writer, told);
        writer.finish();
      }
    }

    private static Path path(List<String> names) {
      return PictureArguments.path(names.get(0));
    }

    private void withModel(Path index, Map<String, Object> told, Environment environment) {
      Metadata known = new Metadata(metadata, captions);
      List<Path> roots = new ArrayList<>();
      for (String folder : folders) {
        roots.add(PictureArguments.path(folder));
      }
      try (ClipModel clip = model.load(environment);
          PictureIndexWriter writer = PictureIndexWriter.open(index, facts(index, clip))) {
        told.put("model", clip.name());
        told.put("fingerprint", clip.fingerprint());
        long failed = 0;
        long all = 0;
        Map<String, Long> counts = new LinkedHashMap<>();
        FolderUpdate update =
            new FolderUpdate(writer, clip, environment.plugins(), known, commitEvery);
        for (Path root : roots) {
          UpdateSummary summary = update(update, root, environment);
          counts.merge("added", summary.added(), Long::sum);
          counts.merge("changed", summary.changed(), Long::sum);
          counts.merge("moved", summary.moved(), Long::sum);
          counts.merge("removed", summary.removed(), Long::sum);
          counts.merge("unchanged", summary.unchanged(), Long::sum);
          counts.merge("failed", summary.failed(), Long::sum);
          failed += summary.failed();
          all += summary.failed() + summary.added() + summary.changed() + summary.unchanged();
          all += summary.moved();
        }
        told.putAll(counts);
        if (known.unused() > 0) {
          Notes.say(environment, known.unused() + " lines of " + metadata + " match no picture");
        }
        other(writer, told);
        writer.finish();
        if (failed > 0 && failed == all) {
          throw new InvalidInputException("none of the " + all + " pictures could be read");
        }
      }
    }

    private IndexFacts facts(Path index, ClipModel clip) {
      Quantization chosen = quantization;
      if (chosen == null) {
        chosen = Quantization.INT8;
        if (PictureIndex.exists(index)) {
          try (PictureIndex there = PictureIndex.open(index)) {
            chosen = there.facts().quantization();
          }
        }
      }
      return IndexFacts.of(clip, chosen).withOptions(model.chosen());
    }

    private static UpdateSummary update(FolderUpdate update, Path root, Environment environment) {
      try (Reporter reporter = new Reporter(environment)) {
        return update.run(root, reporter);
      }
    }

    /** Does what needs no model. */
    private void other(PictureIndexWriter writer, Map<String, Object> told) {
      long added = 0;
      for (String name : merged) {
        try (PictureIndex other = PictureIndex.open(PictureArguments.path(name))) {
          added += writer.merge(other);
        }
      }
      if (!merged.isEmpty()) {
        told.put("merged", added);
      }
      long gone = 0;
      for (String folder : forgotten) {
        gone += writer.forget(PictureArguments.path(folder));
      }
      if (!forgotten.isEmpty()) {
        told.put("forgotten", gone);
      }
      writer.commit();
      if (compact) {
        writer.compact();
      }
      told.put("pictures", writer.size());
    }

    private void print(Map<String, Object> told, Environment environment) {
      if (format.isJson()) {
        JsonLines.print(environment.out(), told);
        return;
      }
      StringBuilder line = new StringBuilder(output).append(": ");
      for (String name :
          List.of(
              "pictures",
              "added",
              "changed",
              "moved",
              "removed",
              "failed",
              "unchanged",
              "merged",
              "forgotten",
              "lost",
              "kept")) {
        if (told.get(name) instanceof Long count && (count > 0 || name.equals("pictures"))) {
          line.append(line.charAt(line.length() - 2) == ':' ? "" : ", ");
          line.append(String.format(Locale.ROOT, "%,d %s", count, name));
        }
      }
      environment.out().println(Printable.line(line.toString()));
      environment.out().flush();
    }
  }

  /** Draws the progress and names pictures that cannot be read. */
  private static final class Reporter implements UpdateListener, AutoCloseable {
    private final Environment environment;
    private @Nullable Progress progress;

    Reporter(Environment environment) {
      this.environment = environment;
    }

    @Override
    public void begins(long pictures) {
      progress = Progress.start(environment, "pictures", pictures);
    }

    @Override
    public void done(long pictures) {
      Progress drawn = progress;
      if (drawn != null) {
        drawn.advance(pictures - drawn.done());
      }
    }

    @Override
    public void failed(String path, OpenClipException reason) {
      Progress drawn = progress;
      if (drawn != null) {
        drawn.wipe();
      }
      environment
          .err()
          .println("openclip: skipped: " + Printable.line(String.valueOf(reason.getMessage())));
      environment.err().flush();
    }

    @Override
    public void close() {
      Progress drawn = progress;
      if (drawn != null) {
        drawn.close();
      }
    }
  }
}
