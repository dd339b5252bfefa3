package org.openclip.train.folder;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;

/**
 * Images in folders named after their class, as in torchvision's {@code ImageFolder}.
 *
 * @param classes the names of the folders, sorted
 * @param files the images, sorted by class, and within a class by folder
 * @param labels the class index of each image
 */
public record LabelledFolder(List<String> classes, List<Path> files, List<Integer> labels) {
  /** The order of torchvision: folder by folder, and by name in each. */
  private static final Comparator<Path> ORDER =
      Comparator.comparing((Path file) -> String.valueOf(file.getParent()))
          .thenComparing(file -> String.valueOf(file.getFileName()));

  private static final Logger LOG = System.getLogger(LabelledFolder.class.getName());

  /** Copies the lists. */
  public LabelledFolder {
    classes = List.copyOf(classes);
    files = List.copyOf(files);
    labels = List.copyOf(labels);
  }

  /**
   * Returns the same images with the folders' names as their labels.
   *
   * @param classCount how many classes there are; the folders are named from 0 to one less
   * @throws InvalidInputException when one is not
   */
  public LabelledFolder numbered(int classCount) {
    List<Integer> numbers = new ArrayList<>();
    for (String name : classes) {
      if (!name.matches("\\d{1,9}") || Integer.parseInt(name) >= classCount) {
        throw new InvalidInputException(
            "folder '%s' is not the number of one of the %s class names; name the folders from 0 to %s"
                .formatted(name, classCount, classCount - 1));
      }
      numbers.add(Integer.parseInt(name));
    }
    return new LabelledFolder(classes, files, labels.stream().map(numbers::get).toList());
  }

  /**
   * Lists a folder of class folders. Ignored files are logged.
   *
   * @throws InvalidInputException when it is missing, or a class has no images
   */
  public static LabelledFolder list(Path folder) {
    PictureTree tree = PictureTree.list(folder);
    LabelledFolder listed = of(tree);
    tree.passedOver(false).ifPresent(note -> LOG.log(Level.INFO, note));
    return listed;
  }

  /**
   * Returns the images of a tree by the folders that lie right in its root.
   *
   * @throws InvalidInputException when there are none, or one has no images
   */
  public static LabelledFolder of(PictureTree tree) {
    if (tree.folders().isEmpty()) {
      throw new InvalidInputException(
          tree.root()
              + " has no subfolders; it must have one for each class, named after the class");
    }
    Map<String, List<Path>> byClass =
        tree.pictures().stream().collect(Collectors.groupingBy(tree::folderOf));
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < tree.folders().size(); label++) {
      String name = tree.folders().get(label);
      List<Path> pictures = byClass.get(name);
      if (pictures == null) {
        throw new InvalidInputException(
            "%s contains no pictures (%s)".formatted(tree.root().resolve(name), tree.endings()));
      }
      pictures.stream().sorted(ORDER).forEach(files::add);
      labels.addAll(Collections.nCopies(pictures.size(), label));
    }
    return new LabelledFolder(tree.folders(), files, labels);
  }

  /**
   * Returns the images with captions.
   *
   * @param captions gives that of a class, by its number
   */
  public List<Sample> samples(IntFunction<Sample.Caption> captions) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      Sample.Picture picture = () -> Files.readAllBytes(file);
      samples.add(new Sample(file.toString(), picture.inRgb(), captions.apply(labels.get(i))));
    }
    return samples;
  }

  /**
   * Returns the images with the numbers of their classes for captions.
   *
   * @param shuffled whether the order is drawn for each epoch
   */
  public Dataset dataset(boolean shuffled) {
    return new ListedDataset(samples(label -> Sample.Caption.of(String.valueOf(label))), shuffled);
  }
}
