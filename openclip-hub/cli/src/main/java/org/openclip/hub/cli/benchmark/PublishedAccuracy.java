package org.openclip.hub.cli.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;

/**
 * The accuracy of models by name, from JSON: an object of names and numbers, or results of {@code
 * openclip clip-benchmark eval}. Of several results of one model the mean counts.
 */
final class PublishedAccuracy {
  private final Map<String, double[]> sums = new LinkedHashMap<>();

  private PublishedAccuracy() {}

  /**
   * Reads a file, or every JSON file of a folder.
   *
   * @throws InvalidFileException when a file cannot be read or holds no accuracy
   */
  static PublishedAccuracy read(Path place) {
    PublishedAccuracy read = new PublishedAccuracy();
    for (Path file : files(place)) {
      read.add(file, JsonObjects.readPython(file));
    }
    return read;
  }

  private static List<Path> files(Path place) {
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    try (Stream<Path> all = Files.list(place)) {
      List<Path> found = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      if (found.isEmpty()) {
        throw new InvalidInputException("there is no JSON file in " + place);
      }
      return found;
    } catch (IOException e) {
      throw new InvalidFileException(place.toString(), 0, "cannot be read: " + e, e);
    }
  }

  private void add(Path file, Map<String, Object> json) {
    if (json.get("model") instanceof String model && json.get("metrics") instanceof Map<?, ?> all) {
      if (all.get("acc1") instanceof Number accuracy) {
        add(model, accuracy.doubleValue());
      }
      return;
    }
    json.forEach(
        (model, accuracy) -> {
          if (!(accuracy instanceof Number number)) {
            throw new InvalidFileException(
                file.toString(),
                0,
                "'%s' is %s, but must be a number: the accuracy of a model"
                    .formatted(model, accuracy));
          }
          add(model, number.doubleValue());
        });
  }

  private void add(String model, double accuracy) {
    double[] sum = sums.computeIfAbsent(model, key -> new double[2]);
    sum[0] += accuracy;
    sum[1]++;
  }

  /** Returns the accuracy of a model; not a number when it is unknown. */
  double of(String model) {
    double[] sum = sums.get(model);
    return sum == null ? Double.NaN : sum[0] / sum[1];
  }
}
