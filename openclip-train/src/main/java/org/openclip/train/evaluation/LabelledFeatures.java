package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.folder.LabelledFolder;

/**
 * The embeddings of labelled images.
 *
 * @param classes the names of the classes
 * @param features one row for each image
 * @param labels the class number of each image
 */
public record LabelledFeatures(List<String> classes, Embeddings features, List<Integer> labels) {
  /** Images that are decoded and embedded between two reports of progress. */
  private static final int CHUNK = 64;

  /** Names in a message. */
  private static final int SHOWN = 20;

  /** Checks that there are as many of both, and one at least. */
  public LabelledFeatures {
    classes = List.copyOf(classes);
    labels = List.copyOf(labels);
    if (labels.isEmpty() || features.size() != labels.size()) {
      throw new InvalidInputException(
          "%s pictures need as many labels, but have %s".formatted(features.size(), labels.size()));
    }
  }

  /**
   * Computes the embeddings of the images of a folder, in RGB as torchvision's {@code ImageFolder}
   * reads them.
   *
   * @param progress receives the number of embedded images, chunk by chunk
   */
  public static LabelledFeatures of(ClipModel model, LabelledFolder folder, LongConsumer progress) {
    PictureFiles decoder = new PictureFiles(PluginRegistry.create());
    List<Embeddings> rows = new ArrayList<>();
    for (int from = 0; from < folder.files().size(); from += CHUNK) {
      int to = Math.min(folder.files().size(), from + CHUNK);
      List<Image> images =
          folder.files().subList(from, to).parallelStream()
              .map(file -> decoder.read(file).toRgb())
              .toList();
      rows.add(model.encodePictures(images));
      progress.accept(to - from);
    }
    return new LabelledFeatures(folder.classes(), Embeddings.concat(rows), folder.labels());
  }

  /**
   * Computes the embeddings of images whose captions are class numbers.
   *
   * @param classes the names of the classes
   * @param samples that were checked to have such captions
   * @param progress receives the number of embedded images, chunk by chunk
   */
  public static LabelledFeatures of(
      ClipModel model, List<String> classes, DecodedSamples samples, LongConsumer progress) {
    List<Embeddings> rows = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (DecodedSamples.Chunk some = samples.next(); some != null; some = samples.next()) {
      rows.add(model.encodePictures(some.pictures()));
      some.captions().forEach(c -> labels.add(ZeroShot.label(c, classes.size())));
      progress.accept(some.captions().size());
    }
    if (rows.isEmpty()) {
      throw new InvalidInputException("there is no readable picture to evaluate");
    }
    return new LabelledFeatures(classes, Embeddings.concat(rows), labels);
  }

  /**
   * Returns the same images with labels in the order of other classes.
   *
   * @throws InvalidInputException when one of these classes is not among them
   */
  public LabelledFeatures among(List<String> others) {
    List<Integer> numbers = numbers(classes, others);
    return new LabelledFeatures(others, features, labels.stream().map(numbers::get).toList());
  }

  /**
   * Returns for each class its number among others. Classes that are named by their numbers stand
   * for those of as many others in their order.
   *
   * @throws InvalidInputException when one is not among them
   */
  public static List<Integer> numbers(List<String> classes, List<String> others) {
    if (classes.equals(others)
        || (classes.size() == others.size() && (areNumbers(classes) || areNumbers(others)))) {
      return IntStream.range(0, classes.size()).boxed().toList();
    }
    List<Integer> numbers = new ArrayList<>();
    for (String name : classes) {
      int number = others.indexOf(name);
      if (number < 0) {
        throw new InvalidInputException(
            "the class '%s' is not one of the classifier's classes: %s"
                .formatted(
                    name, String.join(", ", others.subList(0, Math.min(SHOWN, others.size())))));
      }
      numbers.add(number);
    }
    return numbers;
  }

  private static boolean areNumbers(List<String> classes) {
    return IntStream.range(0, classes.size())
        .allMatch(i -> classes.get(i).equals(Integer.toString(i)));
  }
}
