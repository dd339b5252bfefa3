package org.openclip.train.command.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Order;
import org.openclip.train.data.SampleStream;
import org.openclip.train.folder.LabelledFolder;
import org.openclip.train.shard.Members;
import org.openclip.train.shard.ShardList;
import org.openclip.train.shard.ShardSizes;
import org.openclip.train.shard.WebDataset;

/**
 * Labelled images in class folders or in tar shards.
 *
 * @param classes what sets the classes apart, in the order of their numbers: the names of folders,
 *     or of lines
 * @param names of the classes for people, in the same order
 * @param dataset whose captions are the numbers of the classes
 */
public record LabelledData(List<String> classes, List<String> names, Dataset dataset) {
  private static final Pattern SYNSET = Pattern.compile("n\\d{8}");
  private static final int IMAGENET = 1000;
  private static final String V2 = "imagenetv2-matched-frequency-format-val";

  public LabelledData {
    classes = List.copyOf(classes);
    names = List.copyOf(names);
  }

  /**
   * Returns ImageNet's pictures: in folders named by its 1,000 synsets, or in tar shards beside
   * {@code cls} files.
   *
   * @param commands whether shards that are commands of the shell are run
   */
  public static LabelledData imageNet(String location, boolean commands) {
    if (ShardList.isShard(location)) {
      return imageNetShards(location, commands);
    }
    LabelledData data = folder(location);
    if (!data.names.equals(Prompts.imageNetClasses())) {
      throw new InvalidInputException(
          "%s has %s class folders, but must have ImageNet's 1,000, each named after its synset, such as n01440764"
              .formatted(location, data.names.size()));
    }
    return data;
  }

  /** Returns the pictures of ImageNet V2, in folders named by the numbers of the classes. */
  public static LabelledData imageNetV2(String location, boolean commands) {
    if (ShardList.isShard(location)) {
      return imageNetShards(location, commands);
    }
    Path inner = RemoteFiles.path(location).resolve(V2);
    return numberedFolder(
        Files.isDirectory(inner) ? inner.toString() : location, Prompts.imageNetClasses());
  }

  private static LabelledData imageNetShards(String location, boolean commands) {
    // Some classes share a name, so that their numbers tell them apart.
    List<String> numbers = IntStream.range(0, IMAGENET).mapToObj(Integer::toString).toList();
    return new LabelledData(numbers, Prompts.imageNetClasses(), shards(location, commands));
  }

  /**
   * Returns pictures in a folder for each class, or in tar shards beside the numbers of their
   * classes, {@code cls}.
   *
   * @param classNames the names of all classes; folders then have the numbers of its lines, from 0.
   *     Null for folders that are named after their classes
   * @throws UsageException when there are shards without names
   */
  public static LabelledData of(String location, @Nullable Path classNames, boolean commands) {
    boolean shards = ShardList.isShard(location);
    if (classNames == null) {
      if (shards) {
        throw new UsageException(
            "shards contain only class numbers; give the names with --class-names FILE");
      }
      return folder(location);
    }
    List<String> names = TextLines.read(classNames.toString());
    return shards
        ? new LabelledData(names, names, shards(location, commands))
        : numberedFolder(location, names);
  }

  private static LabelledData folder(String location) {
    LabelledFolder listed = LabelledFolder.list(RemoteFiles.path(location));
    return new LabelledData(listed.classes(), names(listed.classes()), listed.dataset(false));
  }

  private static LabelledData numberedFolder(String location, List<String> names) {
    LabelledFolder listed = LabelledFolder.list(RemoteFiles.path(location));
    return new LabelledData(names, names, listed.numbered(names.size()).dataset(false));
  }

  private static WebDataset shards(String location, boolean commands) {
    ShardList shards = ShardList.of(location, null).commands(commands);
    RemoteFiles files = new RemoteFiles();
    OptionalLong size = ShardSizes.of(shards, files);
    return new WebDataset(shards, false, false, 1, size, Members.USUAL.labelled(), files);
  }

  /** Returns the same pictures in an order that is drawn for each epoch. */
  public Dataset shuffled() {
    if (dataset instanceof WebDataset w) {
      return new WebDataset(
          w.shards(), false, true, WebDataset.BUFFER, w.known(), w.members(), w.files());
    }
    return dataset instanceof ListedDataset listed
        ? new ListedDataset(listed.samples(), true)
        : dataset;
  }

  /** Returns how many pictures there are, for which shards are read when nobody says. */
  public long count() {
    OptionalLong known = dataset.size();
    if (known.isPresent()) {
      return known.getAsLong();
    }
    long count = 0;
    try (SampleStream stream = dataset.open(new Order(0, 0, 0, 1), new Faults())) {
      while (stream.next() != null) {
        count++;
      }
    }
    return count;
  }

  /** Folders of ImageNet are named by synsets, in the order of its class names. */
  public static List<String> names(List<String> folders) {
    boolean some = folders.stream().anyMatch(SYNSET.asMatchPredicate());
    if (!some) {
      return folders.stream().map(name -> name.replace('_', ' ')).toList();
    }
    if (folders.size() == IMAGENET && folders.stream().allMatch(SYNSET.asMatchPredicate())) {
      return Prompts.imageNetClasses();
    }
    throw new InvalidInputException(
        "folders such as "
            + folders.get(0)
            + " have ImageNet names, but there are only "
            + folders.size()
            + " of the 1,000; name the folders after their classes");
  }
}
