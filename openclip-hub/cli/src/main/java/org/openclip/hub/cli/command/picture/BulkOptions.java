package org.openclip.hub.cli.command.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.bulk.BulkEmbedding;
import org.openclip.hub.cli.bulk.BulkInputs;
import org.openclip.hub.cli.bulk.BulkItem;
import org.openclip.hub.cli.bulk.TablePictures;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.picture.PictureFolder;
import picocli.CommandLine.Option;

/** The options of {@code embed} for many pictures, whose vectors go into a folder. */
final class BulkOptions {
  private static final int PART_ROWS = 10_000;

  @Option(
      names = "--part-rows",
      paramLabel = "N",
      description = {
        "For an output folder: the number of rows of each part (embeddings_0000.npy,"
            + " metadata_0000.jsonl and so on). Default: 10000."
      })
  private @Nullable Integer partRows;

  @Option(
      names = "--resume",
      description = {
        "For an output folder: keeps the vectors in it and embeds missing and changed images."
      })
  private boolean resume;

  @Option(
      names = "--fail-above",
      paramLabel = "PERCENT",
      description = {
        "For an output folder: exits with code 1 if more than this percentage of the images cannot"
            + " be read; failed.jsonl lists them. Default: 99.99."
      })
  private @Nullable Double failAbove;

  @Option(
      names = "--csv-img-key",
      paramLabel = "NAME",
      description = {
        "For an output folder: the column of tables (.csv, .tsv, .parquet) with the paths of"
            + " images, or in Parquet files with the encoded images. Default: filepath."
      })
  private @Nullable String column;

  @Option(
      names = "--csv-separator",
      paramLabel = "CHAR",
      description = {
        "For an output folder: what separates the cells of tables, such as ',' or '\\t'. Default: a"
            + " tab in .tsv, a comma in .csv."
      })
  private @Nullable String separator;

  /** Returns whether vectors go into a folder. */
  boolean chosen(@Nullable String output) {
    boolean options =
        partRows != null || resume || failAbove != null || column != null || separator != null;
    if (output == null) {
      if (options) {
        throw new UsageException(
            "--part-rows, --resume, --fail-above, --csv-img-key and --csv-separator need an output"
                + " folder: --output FOLDER/");
      }
      return false;
    }
    return options || output.endsWith("/") || Files.isDirectory(PictureArguments.path(output));
  }

  /** Embeds the pictures into the folder and says how it went. */
  int run(
      @Nullable String output,
      boolean raw,
      List<Path> listed,
      List<String> named,
      ModelOptions model,
      Environment environment) {
    double most = failAbove == null ? 99.99 : failAbove;
    if (!(most >= 0 && most <= 100)) {
      throw new UsageException("--fail-above is " + most + ", but must be from 0 to 100");
    }
    Path folder = PictureArguments.path(String.valueOf(output));
    SortedSet<String> endings = PictureFolder.endings(environment.plugins());
    Predicate<String> isPicture = name -> endings.contains(PictureFolder.ending(name));
    TablePictures tables = new TablePictures(column == null ? "filepath" : column, cut());
    BulkInputs inputs = new BulkInputs(isPicture, tables);
    List<BulkItem> items = new ArrayList<>();
    for (String name : named) {
      items.addAll(
          BulkInputs.isWebArchive(name)
              ? inputs.ofWebArchive(name)
              : inputs.of(PictureArguments.expand(List.of(name), environment)));
    }
    items.addAll(inputs.of(listed));
    if (items.isEmpty()) {
      throw new InvalidInputException("there is nothing to embed; give at least one picture");
    }
    try (ClipModel clip = model.load(environment);
        Progress progress = Progress.start(environment, "pictures", items.size())) {
      int rows = partRows == null ? PART_ROWS : partRows;
      BulkEmbedding.Summary done =
          new BulkEmbedding(clip, folder, rows, raw)
              .run(items, resume, pictures -> progress.advance(pictures - progress.done()));
      progress.wipe();
      environment
          .out()
          .println(
              Printable.line(
                  String.format(
                      Locale.ROOT,
                      "%s: %,d embedded, %,d kept, %,d failed, in %,d parts",
                      output,
                      done.embedded(),
                      done.kept(),
                      done.failed(),
                      done.parts())));
      environment.out().flush();
      if (100.0 * done.failed() > most * items.size()) {
        throw new InvalidInputException(
            "%s of %s pictures cannot be read, more than %s percent; %s names them"
                .formatted(done.failed(), items.size(), most, folder.resolve("failed.jsonl")));
      }
    }
    return Main.SUCCESS;
  }

  private @Nullable Character cut() {
    if (separator == null) {
      return null;
    }
    String text = separator.equals("\\t") ? "\t" : separator;
    if (text.length() != 1) {
      throw new UsageException("--csv-separator is '" + separator + "', but must be one character");
    }
    return text.charAt(0);
  }
}
