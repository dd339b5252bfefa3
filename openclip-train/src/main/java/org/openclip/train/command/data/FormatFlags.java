package org.openclip.train.command.data;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.command.flag.PipeFlag;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.SyntheticDataset;
import org.openclip.train.shard.Members;
import org.openclip.train.shard.SampleMembers;
import org.openclip.train.shard.ShardList;
import org.openclip.train.shard.ShardSizes;
import org.openclip.train.shard.SoundMembers;
import org.openclip.train.shard.WebDataset;
import org.openclip.train.table.CsvFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The flags of the storage format of images with captions, with the reference's names and meanings.
 * They are the same for what is trained on and what is measured by.
 */
public final class FormatFlags {
  private final RemoteFiles files = new RemoteFiles();
  private final List<String> notes = new ArrayList<>();

  @Option(
      names = "--dataset-type",
      paramLabel = "TYPE",
      description =
          "webdataset, csv, folder, synthetic or auto (by name); for models of sounds"
              + " webdataset-audio, csv or auto. Default: auto.")
  private String type = "auto";

  @Option(
      names = "--csv-separator",
      paramLabel = "CHARACTER",
      description = "The separator of a table's cells. Default: a tab.")
  private String separator = "\t";

  @Option(
      names = "--csv-img-key",
      paramLabel = "COLUMN",
      description = "The column of image files. Default: filepath.")
  private String pictureColumn = "filepath";

  @Option(
      names = "--csv-caption-key",
      paramLabel = "COLUMN",
      description = "The column of captions. Default: title.")
  private String captionColumn = "title";

  @Option(
      names = "--image-key",
      paramLabel = "ENDINGS",
      description = "The file name extensions of images in shards. Default: jpg;png;jpeg;webp.")
  private String pictureKey = "jpg;png;jpeg;webp";

  @Option(
      names = "--text-key",
      paramLabel = "ENDINGS",
      description = "The file name extension of captions in shards. Default: txt.")
  private String textKey = "txt";

  @Option(
      names = "--json-text-key",
      paramLabel = "FIELDS",
      description = "Fields of a shard's json files. The first field with text is the caption.")
  private String jsonTextKey = "";

  @Option(
      names = "--json-text-key-probs",
      arity = "1..*",
      paramLabel = "P",
      description = "The probability of each of these fields to be read first.")
  private List<Double> jsonTextChances = List.of();

  @Mixin private PipeFlag pipe = new PipeFlag();

  /** The endings of sounds in shards; null where samples are images. */
  private @Nullable List<String> sounds;

  /**
   * How samples are read.
   *
   * @param shuffled whether their order is random
   * @param resampled whether shards are drawn with replacement
   * @param buffer how many samples of shards are shuffled at a time
   * @param factors how much more often each part's shards are drawn; null for as often
   */
  public record Reading(boolean shuffled, boolean resampled, int buffer, @Nullable String factors) {
    /** All samples once in their order. */
    public static final Reading PLAIN = new Reading(false, false, 1, null);
  }

  /**
   * Reads sounds in the place of images.
   *
   * @param endings of sounds in shards
   */
  public void readSounds(List<String> endings) {
    sounds = List.copyOf(endings);
  }

  /** Returns whether the data are made up. */
  boolean isSynthetic() {
    return type.equals("synthetic");
  }

  /** Returns whether commands of the shell are run. */
  public boolean allowsCommands() {
    return pipe.given();
  }

  /**
   * Returns a dataset.
   *
   * @param location null where the data are made up
   * @param number how many samples it has, if the user says
   * @param folders how a folder is read
   */
  public Dataset dataset(
      @Nullable String location, @Nullable Long number, Reading reading, FolderFlags folders) {
    String kind = type.equals("auto") ? guessed(path(location)) : type;
    checkKind(kind);
    return switch (kind) {
      case "synthetic" -> new SyntheticDataset(number == null ? 0 : number);
      case "csv" -> {
        CsvFile table =
            CsvFile.table(path(location), files, separator(), pictureColumn, captionColumn);
        notes.addAll(table.notes());
        yield new ListedDataset(table.samples(), reading.shuffled());
      }
      case "folder" -> folders.dataset(RemoteFiles.path(path(location)), reading.shuffled());
      case "webdataset" -> webDataset(path(location), number, reading);
      case "webdataset-audio" -> webDataset(path(location), number, reading);
      default ->
          throw new UsageException(
              "--dataset-type '%s' is not one of auto, webdataset, webdataset-audio, csv, folder, synthetic"
                  .formatted(type));
    };
  }

  private void checkKind(String kind) {
    if (sounds != null && !List.of("webdataset-audio", "csv").contains(kind)) {
      throw new UsageException(
          "--dataset-type %s is for images; a model of sounds is trained on webdataset-audio or csv"
              .formatted(kind));
    }
    if (sounds == null && kind.equals("webdataset-audio")) {
      throw new UsageException(
          "--dataset-type webdataset-audio is for models of sounds; use webdataset");
    }
  }

  /** Returns what is to be said about the data, in lines. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  private static String path(@Nullable String location) {
    if (location == null) {
      throw new UsageException("--train-data is missing; set it to the training data");
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

  private String guessed(String location) {
    String name = location.toLowerCase(Locale.ROOT);
    if (RemoteFiles.isWeb(name)) {
      name = name.replaceAll("[?#].*", "");
    }
    if (CsvFile.isTable(name)) {
      return "csv";
    }
    if (ShardList.isShard(name)) {
      return sounds == null ? "webdataset" : "webdataset-audio";
    }
    if (!RemoteFiles.isWeb(name) && Files.isDirectory(RemoteFiles.path(location))) {
      return "folder";
    }
    throw new UsageException(
        "--dataset-type auto supports .tar, .csv, .tsv and existing folders, not '"
            + location
            + "'; check the path, or set the type");
  }

  private Dataset webDataset(String location, @Nullable Long number, Reading reading) {
    ShardList shards = ShardList.of(location, reading.factors()).commands(pipe.given());
    if (ShardList.isCommand(location)) {
      notes.add("--allow-pipe is set: running the shell commands of " + location);
    }
    return new WebDataset(
        shards,
        reading.resampled(),
        reading.shuffled(),
        reading.buffer(),
        number == null ? ShardSizes.of(shards, files) : OptionalLong.of(number),
        members(),
        files);
  }

  private SampleMembers members() {
    return sounds == null
        ? new Members(
            keys(pictureKey), keys(textKey), keys(jsonTextKey), List.copyOf(jsonTextChances))
        : new SoundMembers(sounds);
  }

  /** Splits names with semicolons between. */
  private static List<String> keys(String text) {
    return Stream.of(text.split(";", -1)).map(String::strip).filter(k -> !k.isEmpty()).toList();
  }
}
