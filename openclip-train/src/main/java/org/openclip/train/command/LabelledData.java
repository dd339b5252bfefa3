package org.openclip.train.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.LabelledFolder;
import org.openclip.train.data.Members;
import org.openclip.train.data.ShardList;
import org.openclip.train.data.WebDataset;

/**
 * Pictures of known classes, as evaluations take them.
 *
 * @param names of the classes, in the order of their numbers
 * @param dataset whose captions are the numbers of the classes
 */
record LabelledData(List<String> names, Dataset dataset) {
  private static final Pattern SYNSET = Pattern.compile("n\\d{8}");
  private static final Pattern SHARDS = Pattern.compile("(?i)[^?#]*\\.(tar|tar\\.gz|tgz)([?#].*)?");
  private static final int IMAGENET = 1000;
  private static final String V2 = "imagenetv2-matched-frequency-format-val";

  LabelledData {
    names = List.copyOf(names);
  }

  /**
   * Returns ImageNet's pictures: in folders named by its 1,000 synsets, or in tar shards beside
   * {@code cls} files.
   */
  static LabelledData imageNet(String location) {
    return of(location, Prompts.imageNetClasses());
  }

  /** Returns the pictures of ImageNet V2, in folders named by the numbers of the classes. */
  static LabelledData imageNetV2(String location) {
    if (isShards(location)) {
      return imageNet(location);
    }
    Path inner = RemoteFiles.path(location).resolve(V2);
    return numbered(
        Files.isDirectory(inner) ? inner.toString() : location, Prompts.imageNetClasses());
  }

  /**
   * Returns pictures of classes whose names are known.
   *
   * @param names of the classes, in the order of their numbers
   */
  private static LabelledData of(String location, List<String> names) {
    if (isShards(location)) {
      return numbered(location, names);
    }
    LabelledData data = folder(location);
    if (!data.names.equals(names)) {
      throw new InvalidInputException(
          "%s has %s class folders, but ImageNet's 1,000 are expected, each named by its synset such as n01440764"
              .formatted(location, data.names.size()));
    }
    return data;
  }

  /**
   * Returns pictures in folders that are named by the numbers of their classes, or in tar shards
   * beside these numbers, {@code cls}.
   *
   * @param names of the classes, in the order of their numbers
   */
  static LabelledData numbered(String location, List<String> names) {
    if (!isShards(location)) {
      LabelledFolder listed = LabelledFolder.list(RemoteFiles.path(location));
      return new LabelledData(names, listed.numbered(names.size()).dataset(false));
    }
    return new LabelledData(
        names,
        new WebDataset(
            ShardList.of(location, null),
            false,
            false,
            1,
            OptionalLong.empty(),
            Members.USUAL.labelled(),
            new RemoteFiles()));
  }

  private static boolean isShards(String location) {
    return SHARDS.matcher(location).matches();
  }

  /** Returns pictures in folders that are named after their classes. */
  static LabelledData folder(String location) {
    if (isShards(location)) {
      throw new UsageException(
          "shards hold only the numbers of classes; give their names by --class-names FILE");
    }
    LabelledFolder listed = LabelledFolder.list(RemoteFiles.path(location));
    return new LabelledData(names(listed.classes()), listed.dataset(false));
  }

  /** Folders of ImageNet are named by synsets, in the order of its class names. */
  static List<String> names(List<String> folders) {
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
            + " are ImageNet's, but there are "
            + folders.size()
            + " of its 1,000; name them after their classes");
  }
}
