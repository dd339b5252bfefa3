package org.openclip.train.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;

/** Files of {@code --save_clf} and {@code --load_clfs}: safetensors with one row for each class. */
final class ClassifierFiles {
  private static final String NAME = "classifier";

  private ClassifierFiles() {}

  static void write(Path file, Embeddings classifier) {
    Tensor rows = Tensor.of(classifier.toArray(), classifier.size(), classifier.width());
    try (Weights weights = Weights.of(Map.of(NAME, rows))) {
      SafetensorsWriter.write(file, WeightSource.of(weights), Map.of());
    }
  }

  /**
   * Returns the mean of classifiers.
   *
   * @throws InvalidInputException when one is no classifier, or their shapes differ
   */
  static Embeddings mean(List<Path> files, PluginRegistry plugins) {
    float[] sum = new float[0];
    int width = 0;
    for (Path file : files) {
      try (Weights weights = Checkpoints.open(file, plugins)) {
        Tensor rows = rows(file, weights);
        float[] values = rows.toFloats();
        if (sum.length == 0) {
          sum = new float[values.length];
          width = Math.toIntExact(rows.shape()[1]);
        }
        if (sum.length != values.length || rows.shape()[1] != width) {
          throw new InvalidInputException(
              file + " contains a classifier whose shape differs from " + files.getFirst());
        }
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[i] / files.size();
        }
      }
    }
    return Embeddings.of(width, sum);
  }

  private static Tensor rows(Path file, Weights weights) {
    if (weights.names().contains(NAME) && weights.get(NAME).shape().length == 2) {
      return weights.get(NAME);
    }
    throw new InvalidInputException(
        ("%s contains %s instead of '%s' of shape [classes, width]; --save_clf writes such files,"
                + " and safetensors.torch.save_file({'%s': torch.load(FILE).T.contiguous()}, NEW)"
                + " converts CLIP_benchmark's")
            .formatted(file, weights.names(), NAME, NAME));
  }
}
