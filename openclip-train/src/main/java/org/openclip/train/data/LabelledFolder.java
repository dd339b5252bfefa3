package org.openclip.train.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;

/**
 * Pictures in folders that are named after their class, as torchvision's {@code ImageFolder} reads
 * them.
 *
 * @param classes the folders' names, sorted
 * @param files the pictures, sorted
 * @param labels for each picture the index of its class
 */
public record LabelledFolder(List<String> classes, List<Path> files, List<Integer> labels) {
  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp", "gif");

  /** Copies the lists. */
  public LabelledFolder {
    classes = List.copyOf(classes);
    files = List.copyOf(files);
    labels = List.copyOf(labels);
  }

  /**
   * Returns the same pictures with the folders' names as their labels.
   *
   * @param classCount how many classes there are; the folders are named from 0 to one less
   * @throws InvalidInputException when one is not
   */
  public LabelledFolder numbered(int classCount) {
    List<Integer> numbers = new ArrayList<>();
    for (String name : classes) {
      if (!name.matches("\\d{1,9}") || Integer.parseInt(name) >= classCount) {
        throw new InvalidInputException(
            "folder '%s' is not the number of one of the %d class names; folders are named from 0 to %d"
                .formatted(name, classCount, classCount - 1));
      }
      numbers.add(Integer.parseInt(name));
    }
    return new LabelledFolder(classes, files, labels.stream().map(numbers::get).toList());
  }

  /**
   * Lists a folder of class folders.
   *
   * @throws InvalidInputException when it is missing, or a class has no pictures
   */
  public static LabelledFolder list(Path folder) {
    List<Path> folders = sorted(folder).stream().filter(Files::isDirectory).toList();
    if (folders.isEmpty()) {
      throw new InvalidInputException(
          folder + " has no folders in it; one for each class, named after it, is expected");
    }
    List<String> classes = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path inner : folders) {
      int before = files.size();
      for (Path file : walked(inner)) {
        files.add(file);
        labels.add(classes.size());
      }
      if (files.size() == before) {
        throw new InvalidInputException(inner + " holds no pictures (" + ENDINGS + ")");
      }
      classes.add(String.valueOf(inner.getFileName()));
    }
    return new LabelledFolder(classes, files, labels);
  }

  private static List<Path> sorted(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(folder + " cannot be listed: " + e, e);
    }
  }

  private static List<Path> walked(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(LabelledFolder::isPicture).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(folder + " cannot be listed: " + e, e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(file);
  }
}
