package org.openclip.train.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.benchmark.data.BenchmarkTask;
import org.openclip.train.benchmark.python.PythonFormat;

/**
 * The file of a result. It is complete or missing.
 *
 * @param file where it lies
 */
record ResultFile(Path file) {
  /**
   * Returns the file that {@code --output} names.
   *
   * @param template with placeholders such as {@code {dataset}}
   * @param dataset without {@code wds/}
   * @throws UsageException when the template has another placeholder
   */
  static ResultFile of(
      String template,
      EvalCall.Chosen chosen,
      BenchmarkTask task,
      String dataset,
      String language) {
    String weights = chosen.pretrained();
    boolean file = !weights.isEmpty() && Files.isRegularFile(Path.of(weights));
    Map<String, String> values = new HashMap<>();
    values.put("model", chosen.model().replaceAll("[/:]", "_"));
    values.put("pretrained", file ? Path.of(weights).getFileName().toString() : weights);
    values.put("pretrained_full_path", file ? weights.replace('/', '_') : weights);
    values.put("task", task.toString());
    values.put("dataset", dataset.replace('/', '_'));
    values.put("language", language);
    return new ResultFile(Path.of(fill(template, values, "--output")));
  }

  /**
   * Fills an option's template in.
   *
   * @throws UsageException when it has a placeholder that has no value
   */
  static String fill(String template, Map<String, String> values, String option) {
    try {
      return PythonFormat.fill(template, values);
    } catch (InvalidInputException e) {
      throw new UsageException(option + ": " + e.getMessage());
    }
  }

  boolean exists() {
    return Files.exists(file);
  }

  /**
   * Makes the folder, so that a place that cannot be written is found before anything is measured.
   */
  void prepare() {
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
    } catch (IOException e) {
      throw fault(e);
    }
  }

  void write(String text) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  private OpenClipException fault(IOException e) {
    return new OpenClipException("the result " + file + " cannot be written: " + e, e);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
