package org.openclip.train.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.train.data.CsvFile;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.ShardList;
import org.openclip.train.data.SyntheticDataset;
import org.openclip.train.data.WebDataset;
import picocli.CommandLine.Option;

/** The flags that say where training data lies, with the reference's names and meanings. */
final class DataFlags {
  @Option(
      names = "--train-data",
      paramLabel = "PATH",
      description = {
        "Tar shards such as 'data/{0000..0099}.tar', several joined by '::'; or a table (CSV)."
      })
  private @Nullable String trainData;

  @Option(
      names = "--shuffle-buffer",
      paramLabel = "N",
      description = {
        "Samples of shards that are shuffled at a time; 1 leaves the order within a shard. Default:"
            + " 5000."
      })
  private int shuffleBuffer = WebDataset.BUFFER;

  @Option(
      names = "--train-data-upsampling-factors",
      paramLabel = "F::F",
      description = "How much more often each part's shards are drawn; with --dataset-resampled.")
  private @Nullable String factors;

  @Option(
      names = "--train-num-samples",
      paramLabel = "N",
      description = "Samples of an epoch. Needed for shards without a sizes.json beside them.")
  private @Nullable Long samples;

  @Option(
      names = "--dataset-type",
      paramLabel = "TYPE",
      description = "webdataset, csv, synthetic or auto (by the file's name). Default: auto.")
  private String type = "auto";

  @Option(names = "--dataset-resampled", description = "Draws shards with replacement.")
  private boolean resampled;

  @Option(
      names = "--csv-separator",
      paramLabel = "CHARACTER",
      description = "Between the cells of a table. Default: a tab.")
  private String separator = "\t";

  @Option(
      names = "--csv-img-key",
      paramLabel = "COLUMN",
      description = "The column of picture files. Default: filepath.")
  private String pictureColumn = "filepath";

  @Option(
      names = "--csv-caption-key",
      paramLabel = "COLUMN",
      description = "The column of captions. Default: title.")
  private String captionColumn = "title";

  /** Returns the dataset that the flags name. */
  Dataset dataset() {
    String kind = type.equals("auto") ? guessed() : type;
    return switch (kind) {
      case "synthetic" -> new SyntheticDataset(samples == null ? 0 : samples);
      case "csv" ->
          new ListedDataset(
              CsvFile.read(Path.of(path()), separator(), pictureColumn, captionColumn), true);
      case "webdataset" -> webDataset();
      default ->
          throw new UsageException(
              "--dataset-type '" + type + "' is not one of auto, webdataset, csv, synthetic");
    };
  }

  /** Returns how many samples an epoch of the dataset has. */
  long epochSamples(Dataset dataset) {
    if (samples != null) {
      return samples;
    }
    OptionalLong size = dataset.size();
    if (size.isEmpty()) {
      throw new UsageException(
          "the shards do not say how many samples they have; give --train-num-samples");
    }
    return size.getAsLong();
  }

  private String path() {
    if (trainData == null) {
      throw new UsageException("--train-data is missing; it names the data to train on");
    }
    return trainData;
  }

  private char separator() {
    String unescaped = separator.equals("\\t") ? "\t" : separator;
    if (unescaped.length() != 1) {
      throw new UsageException("--csv-separator '" + separator + "' must be one character");
    }
    return unescaped.charAt(0);
  }

  private String guessed() {
    String name = path().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return "csv";
    }
    if (name.matches(".*\\.tar(\\.gz)?$|.*\\.tgz$")) {
      return "webdataset";
    }
    throw new UsageException(
        "--dataset-type auto knows .tar, .csv and .tsv, not '" + path() + "'; name the type");
  }

  private Dataset webDataset() {
    ShardList shards = ShardList.of(path(), factors);
    return new WebDataset(shards, resampled, true, shuffleBuffer, known(shards));
  }

  /** Reads {@code sizes.json} beside the shards, which gives the samples of each by its name. */
  private static OptionalLong known(ShardList shards) {
    List<String> locations = shards.locations();
    if (locations.get(0).matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      return OptionalLong.empty();
    }
    Path sizes = Path.of(locations.get(0)).resolveSibling("sizes.json");
    if (!Files.isRegularFile(sizes)) {
      return OptionalLong.empty();
    }
    Map<String, Object> json = JsonObjects.read(sizes);
    long sum = 0;
    for (String location : locations) {
      String name = String.valueOf(Path.of(location).getFileName());
      if (!(json.get(name) instanceof Number number)) {
        return OptionalLong.empty();
      }
      sum += number.longValue();
    }
    return OptionalLong.of(sum);
  }
}
