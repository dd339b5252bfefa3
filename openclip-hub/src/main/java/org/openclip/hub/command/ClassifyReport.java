package org.openclip.hub.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Probabilities;
import org.openclip.hub.cli.Bars;
import org.openclip.hub.cli.BrokenPipeException;
import org.openclip.hub.cli.JsonLines;
import org.openclip.hub.cli.OutputFormat;
import org.openclip.hub.cli.Terminal;

/**
 * The results of {@code classify}: a table with bars for people, or a JSON object for each picture.
 */
final class ClassifyReport {
  private static final int BAR = 32;
  private static final int LABEL = 40;

  private final PrintStream out;
  private final OutputFormat format;
  private final String model;
  private final boolean sigmoid;
  private final List<String> labels;
  private final int top;
  private final Bars bars;
  private boolean first = true;

  ClassifyReport(
      PrintStream out, OutputFormat format, ClipModel model, List<String> labels, int top) {
    this.out = out;
    this.format = format;
    this.model = model.name();
    this.sigmoid = model.sigmoid();
    this.labels = List.copyOf(labels);
    this.top = top;
    this.bars = new Bars(out.charset(), BAR);
  }

  /**
   * Writes some pictures.
   *
   * @param files the pictures
   * @param logits one row for each, one column for each label
   */
  void write(List<Path> files, float[][] logits) {
    float[][] probabilities =
        sigmoid ? Probabilities.sigmoid(logits) : Probabilities.softmax(logits);
    for (int i = 0; i < files.size(); i++) {
      float[] row = logits[i];
      List<Integer> best =
          IntStream.range(0, row.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer j) -> -row[j]))
              .limit(top)
              .toList();
      if (format == OutputFormat.JSON) {
        json(files.get(i), best, row, probabilities[i]);
      } else {
        table(files.get(i), best, probabilities[i]);
      }
    }
    BrokenPipeException.flush(out);
  }

  private void json(Path file, List<Integer> best, float[] logits, float[] probabilities) {
    List<Map<String, Object>> results = new ArrayList<>();
    for (int j : best) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("label", labels.get(j));
      result.put("probability", probabilities[j]);
      result.put("logit", logits[j]);
      results.add(result);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("image", file.toString());
    object.put("model", model);
    object.put("labels", results);
    JsonLines.print(out, object);
  }

  private void table(Path file, List<Integer> best, float[] probabilities) {
    if (!first) {
      out.println();
    }
    first = false;
    out.println(file);
    int width =
        best.stream()
            .mapToInt(j -> Terminal.width(Terminal.cut(labels.get(j), LABEL)))
            .max()
            .orElse(0);
    for (int j : best) {
      String label = Terminal.cut(labels.get(j), LABEL);
      String line =
          "  %s%s  %s  %s"
              .formatted(
                  label,
                  " ".repeat(width - Terminal.width(label)),
                  percent(probabilities[j]),
                  bars.bar(probabilities[j]));
      out.println(line.stripTrailing());
    }
  }

  private static String percent(float probability) {
    return String.format(Locale.ROOT, "%5.1f%%", 100 * probability);
  }
}
