package org.openclip.train.command;

import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.CsvFile;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Members;
import org.openclip.train.data.ShardList;
import org.openclip.train.data.ShardSizes;
import org.openclip.train.data.SyntheticDataset;
import org.openclip.train.data.WebDataset;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags that say where training data lies, with the reference's names and meanings. */
final class DataFlags {
  private final RemoteFiles files = new RemoteFiles();

  @Option(
      names = "--train-data",
      paramLabel = "PATH",
      description = {
        "Tar shards such as 'data/{0000..0099}.tar', several joined by '::'; a table (CSV); or a"
            + " folder of pictures."
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
      description = "webdataset, csv, folder, synthetic or auto (by the name). Default: auto.")
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

  @Option(
      names = "--image-key",
      paramLabel = "ENDINGS",
      description = "What a shard's pictures end in. Default: jpg;png;jpeg;webp.")
  private String pictureKey = "jpg;png;jpeg;webp";

  @Option(
      names = "--text-key",
      paramLabel = "ENDINGS",
      description = "What a shard's captions end in. Default: txt.")
  private String textKey = "txt";

  @Option(
      names = "--json-text-key",
      paramLabel = "FIELDS",
      description = "Fields of a shard's json files that are captions; the first with text is.")
  private String jsonTextKey = "";

  @Option(
      names = "--json-text-key-probs",
      arity = "1..*",
      paramLabel = "P",
      description = "How probable it is that each of these fields is asked first.")
  private List<Double> jsonTextChances = List.of();

  @Mixin private FolderFlags folders = new FolderFlags();

  /** Returns whether there is something to train on. */
  boolean trains() {
    return trainData != null || type.equals("synthetic");
  }

  /** Returns the dataset to train on. */
  Dataset training() {
    return dataset(trainData, samples, true);
  }

  /**
   * Returns a dataset to measure by, in an order that stays.
   *
   * @param number how many samples it has, if the user says
   */
  Dataset validation(String location, @Nullable Long number) {
    return dataset(location, number == null && type.equals("synthetic") ? samples : number, false);
  }

  private Dataset dataset(@Nullable String location, @Nullable Long number, boolean shuffled) {
    String kind = type.equals("auto") ? guessed(location) : type;
    return switch (kind) {
      case "synthetic" -> new SyntheticDataset(number == null ? 0 : number);
      case "csv" ->
          new ListedDataset(
              CsvFile.read(path(location), files, separator(), pictureColumn, captionColumn),
              shuffled);
      case "folder" -> folders.dataset(RemoteFiles.path(path(location)), shuffled);
      case "webdataset" -> webDataset(path(location), number, shuffled);
      default ->
          throw new UsageException(
              "--dataset-type '"
                  + type
                  + "' is not one of auto, webdataset, csv, folder, synthetic");
    };
  }

  /** Returns what is to be said about the data, in lines. */
  List<String> notes() {
    return folders.notes();
  }

  /** Returns how many samples an epoch of the dataset has; never more than are listed. */
  long epochSamples(Dataset dataset) {
    OptionalLong size = dataset.size();
    if (samples != null) {
      return dataset instanceof ListedDataset ? Math.min(samples, size.orElse(samples)) : samples;
    }
    if (size.isEmpty()) {
      throw new UsageException(
          "the shards do not say how many samples they have; give --train-num-samples");
    }
    return size.getAsLong();
  }

  private static String path(@Nullable String location) {
    if (location == null) {
      throw new UsageException("--train-data is missing; it names the data to train on");
    }
    return location;
  }

  private char separator() {
    String unescaped = separator.equals("\\t") ? "\t" : separator;
    if (unescaped.length() != 1) {
      throw new UsageException("--csv-separator '" + separator + "' must be one character");
    }
    return unescaped.charAt(0);
  }

  private static String guessed(@Nullable String location) {
    String name = path(location).toLowerCase(Locale.ROOT);
    if (RemoteFiles.isWeb(name)) {
      name = name.replaceAll("[?#].*", "");
    }
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return "csv";
    }
    if (name.matches(".*\\.tar(\\.gz)?$|.*\\.tgz$")) {
      return "webdataset";
    }
    if (!RemoteFiles.isWeb(name) && Files.isDirectory(RemoteFiles.path(path(location)))) {
      return "folder";
    }
    throw new UsageException(
        "--dataset-type auto knows .tar, .csv, .tsv and folders, not '"
            + location
            + "'; is it there? Or name the type");
  }

  private Dataset webDataset(String location, @Nullable Long number, boolean training) {
    ShardList shards = ShardList.of(location, training ? factors : null);
    return new WebDataset(
        shards,
        training && resampled,
        training,
        training ? shuffleBuffer : 1,
        number == null ? ShardSizes.of(shards, files) : OptionalLong.of(number),
        new Members(
            keys(pictureKey), keys(textKey), keys(jsonTextKey), List.copyOf(jsonTextChances)),
        files);
  }

  /** Splits names with semicolons between. */
  private static List<String> keys(String text) {
    return Stream.of(text.split(";", -1)).map(String::strip).filter(k -> !k.isEmpty()).toList();
  }
}
