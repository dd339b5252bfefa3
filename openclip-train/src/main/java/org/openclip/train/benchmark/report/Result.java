package org.openclip.train.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;

/**
 * A result file of {@code clip-benchmark eval} or of CLIP_benchmark itself.
 *
 * @param file where it lies
 * @param json what it says
 */
public record Result(Path file, Map<String, Object> json) {
  private static final String METRICS = "metrics";

  /**
   * Reads results in the order of the files; those of a folder in the order of their names.
   *
   * @throws InvalidFileException when one is no result
   * @throws InvalidInputException when there are none
   */
  public static List<Result> read(List<Path> places) {
    List<Result> results = new ArrayList<>();
    for (Path place : places) {
      if (!Files.isDirectory(place)) {
        results.add(read(place));
        continue;
      }
      try (Stream<Path> files = Files.list(place)) {
        files
            .filter(file -> file.toString().endsWith(".json"))
            .sorted()
            .forEach(file -> results.add(read(file)));
      } catch (IOException e) {
        throw new InvalidFileException(place.toString(), -1, "cannot be listed: " + e);
      }
    }
    if (results.isEmpty()) {
      throw new InvalidInputException("there is no result in " + places);
    }
    return results;
  }

  private static Result read(Path file) {
    Map<String, Object> json = JsonObjects.readPython(file);
    for (String key : List.of("dataset", "model", "pretrained", METRICS)) {
      if (!json.containsKey(key)) {
        throw new InvalidFileException(
            file.toString(), -1, "is not a result of clip-benchmark eval: it has no " + key);
      }
    }
    return new Result(file, json);
  }

  /** Returns a text of the result; an empty one when it is missing. */
  public String text(String key) {
    Object value = json.get(key);
    return value == null ? "" : value.toString();
  }

  /** Returns a number among the metrics; NaN when it is missing. */
  public double metric(String name) {
    return json.get(METRICS) instanceof Map<?, ?> metrics && metrics.get(name) instanceof Number n
        ? n.doubleValue()
        : Double.NaN;
  }

  /** Returns the cells of a row: the metrics, all else, and the whole name of the model. */
  public Map<String, Object> row() {
    Map<String, Object> row = new LinkedHashMap<>();
    if (json.get(METRICS) instanceof Map<?, ?> metrics) {
      metrics.forEach((name, value) -> row.put(String.valueOf(name), value));
    }
    json.forEach(row::put);
    row.remove(METRICS);
    row.put("model_fullname", text("model") + " " + text("pretrained"));
    return row;
  }
}
