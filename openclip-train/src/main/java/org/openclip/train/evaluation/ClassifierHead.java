package org.openclip.train.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsFormat;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.io.JsonObjects;

/**
 * A linear classifier over image embeddings of unit length, stored in a file in the model folder.
 *
 * @param classes the names of the classes
 * @param rows one for each class, {@code float[classes, embedDim]}
 */
public record ClassifierHead(List<String> classes, Embeddings rows) {
  /** The name of the file in a model folder. */
  public static final String FILE = "classifier.safetensors";

  private static final String WEIGHT = "weight";
  private static final String CLASSES = "classes";

  /** Checks that there are as many names as rows. */
  public ClassifierHead {
    classes = List.copyOf(classes);
    if (classes.size() != rows.size() || classes.isEmpty()) {
      throw new InvalidInputException(
          "a classifier needs one row for each name, but has %s names and %s rows"
              .formatted(classes.size(), rows.size()));
    }
  }

  /** Returns the rows as a tensor. */
  public Tensor weight() {
    return Tensor.of(rows.toArray(), rows.size(), rows.width());
  }

  /**
   * Returns the score of each image (row) for each class (column). The class with the largest score
   * is the prediction.
   */
  public float[][] scores(Embeddings images) {
    if (images.width() != rows.width()) {
      throw new InvalidInputException(
          "the classifier needs features of width %s, not %s; use the classifier of the same model"
              .formatted(rows.width(), images.width()));
    }
    float[] unit = images.normalised().toArray();
    float[] weight = rows.toArray();
    float[][] scores = new float[images.size()][rows.size()];
    for (int i = 0; i < scores.length; i++) {
      for (int c = 0; c < rows.size(); c++) {
        double sum = 0;
        for (int j = 0; j < rows.width(); j++) {
          sum += (double) unit[i * rows.width() + j] * weight[c * rows.width() + j];
        }
        scores[i][c] = (float) sum;
      }
    }
    return scores;
  }

  /**
   * Returns top-1 and top-5 accuracy, mean per-class recall, and the number of images.
   *
   * @param pictures with labels in the order of {@link #classes}
   */
  public Map<String, Double> metrics(LabelledFeatures pictures) {
    Tally tally = new Tally(classes.size());
    float[][] scores = scores(pictures.features());
    for (int i = 0; i < scores.length; i++) {
      tally.add(scores[i], pictures.labels().get(i));
    }
    return tally.metrics();
  }

  /** Writes the classifier as safetensors, with the names in the file's metadata. */
  public void write(Path file) {
    String names = JsonObjects.writeCompact(Map.of(CLASSES, classes));
    try (Weights weights = Weights.of(Map.of(WEIGHT, weight()))) {
      SafetensorsWriter.write(file, WeightSource.of(weights), Map.of(CLASSES, names));
    }
  }

  /**
   * Reads a classifier.
   *
   * @throws InvalidFileException when the file is not a classifier
   */
  public static ClassifierHead read(Path file, PluginRegistry plugins) {
    String names = SafetensorsFormat.metadata(file).get(CLASSES);
    if (names == null) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "is not a classifier; 'openclip finetune' writes classifiers as " + FILE);
    }
    List<String> classes = new ArrayList<>();
    byte[] json = names.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    if (JsonObjects.parse(file.toString(), 0, json).get(CLASSES) instanceof List<?> list) {
      list.forEach(name -> classes.add(String.valueOf(name)));
    }
    try (Weights weights = Checkpoints.open(file, plugins)) {
      Tensor weight = weights.get(WEIGHT);
      int width = Math.toIntExact(weight.shape()[1]);
      return new ClassifierHead(classes, Embeddings.of(width, weight.toFloats()));
    }
  }
}
