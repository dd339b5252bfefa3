package org.openclip.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.model.FreshWeights;

/** Answers of the reference, and the recipe of the pictures that they were computed from. */
public final class Goldens {
  private Goldens() {}

  /** Returns a path in the folder of goldens; a missing file is the caller's failure. */
  public static Path path(String name) {
    return Path.of(
            Objects.requireNonNull(
                System.getProperty("openclip.golden"), "set -Dopenclip.golden=FOLDER"))
        .resolve(name);
  }

  /** Returns every JSON file of a folder; none is a failure. */
  public static List<Path> all(String folder) {
    try (Stream<Path> files = Files.list(path(folder))) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(found).as("goldens in " + path(folder)).isNotEmpty();
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Map<String, Object> object(Path file) {
    return map(json(file));
  }

  /** Returns the tiny model whose golden has a value; none is a failure. */
  public static Map<String, Object> features(String key, Object value) {
    return all("features").stream()
        .map(Goldens::object)
        .filter(golden -> value.equals(golden.get(key)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no golden of features has " + key + " " + value));
  }

  public static List<Map<String, Object>> objects(Path file) {
    List<Map<String, Object>> objects = new ArrayList<>();
    ((List<?>) json(file)).forEach(o -> objects.add(map(o)));
    return objects;
  }

  private static Object json(Path file) {
    try {
      return JSON.std.anyFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Map<String, Object> map(Object json) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) json).forEach((k, v) -> map.put((String) k, v));
    return map;
  }

  public static Object get(Map<String, Object> json, String key) {
    return Objects.requireNonNull(json.get(key), key);
  }

  public static double[] doubles(Object json) {
    return ((List<?>) json).stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
  }

  public static double[][] matrix(Object json) {
    return ((List<?>) json).stream().map(Goldens::doubles).toArray(double[][]::new);
  }

  public static Tokens tokens(Object json) {
    List<?> rows = (List<?>) json;
    int length = ((List<?>) rows.get(0)).size();
    return Tokens.of(
        length,
        rows.stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToLong(n -> ((Number) n).longValue())
            .toArray());
  }

  /** Returns {@code picture("KEY")} of the golden README, {@code float32[n, 3, h, w]}. */
  public static Tensor picture(String call, int n, int h, int w) {
    String key = call.replaceAll("picture\\(\"(.*)\"\\)", "$1");
    long fine = FreshWeights.fnv1a("image:" + key);
    long coarse = FreshWeights.fnv1a("blocks:" + key);
    float[] values = new float[n * 3 * h * w];
    int i = 0;
    for (int plane = 0; plane < n * 3; plane++) {
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          long block = (plane * 4L + 4 * y / h) * 4 + 4 * x / w;
          values[i] =
              0.5f * FreshWeights.uniform(fine, i) + 1.5f * FreshWeights.uniform(coarse, block);
          i++;
        }
      }
    }
    return Tensor.of(values, n, 3, h, w);
  }

  /** Compares as the golden README says: each row, and the rows after their mean is taken away. */
  public static void assertClose(
      String what, Embeddings actual, double[][] expected, double tolerance) {
    assertThat(actual.size()).as(what).isEqualTo(expected.length);
    assertThat(actual.width()).as(what).isEqualTo(expected[0].length);
    double[][] rows = new double[expected.length][actual.width()];
    for (int i = 0; i < rows.length; i++) {
      float[] row = actual.row(i);
      for (int j = 0; j < row.length; j++) {
        rows[i][j] = row[j];
      }
    }
    for (int i = 0; i < rows.length; i++) {
      assertThat(relative(rows[i], expected[i])).as("%s row %d", what, i).isLessThan(tolerance);
    }
    if (rows.length > 1 && tolerance < 1e-4) {
      double[][] a = centred(rows);
      double[][] b = centred(expected);
      for (int i = 0; i < rows.length; i++) {
        assertThat(relative(a[i], b[i])).as("%s row %d, centred", what, i).isLessThan(1e-3);
      }
    }
  }

  public static double relative(double[] actual, double[] expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      length += expected[i] * expected[i];
    }
    return Math.sqrt(difference / length);
  }

  private static double[][] centred(double[][] rows) {
    double[][] result = new double[rows.length][rows[0].length];
    for (int j = 0; j < rows[0].length; j++) {
      double mean = 0;
      for (double[] row : rows) {
        mean += row[j] / rows.length;
      }
      for (int i = 0; i < rows.length; i++) {
        result[i][j] = rows[i][j] - mean;
      }
    }
    return result;
  }
}
