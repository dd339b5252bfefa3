package org.openclip.hub.cli.command.picture;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.model.Probabilities;
import org.openclip.hub.cli.JointModel;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.Bars;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Terminal;

/**
 * The results of {@code classify}: a table with bars for people, a JSON object for each picture, or
 * a row for each picture and label.
 */
final class ClassifyReport {
  private static final int BAR = 32;
  private static final int LABEL = 40;

  private final PrintStream out;
  private final ResultFormat format;
  private final DelimitedRows rows;
  private final String kind;
  private final String model;
  private final boolean sigmoid;
  private final List<String> labels;
  private final int top;
  private final Bars bars;
  private boolean first = true;

  ClassifyReport(
      PrintStream out, ResultFormat format, JointModel model, List<String> labels, int top) {
    this.out = out;
    this.format = format;
    this.kind = model.kind().noun();
    this.model = model.name();
    this.sigmoid = model.sigmoid();
    this.labels = List.copyOf(labels);
    this.top = top;
    this.bars = new Bars(out.charset(), BAR);
    this.rows = new DelimitedRows(out, format);
    if (format == ResultFormat.CSV || format == ResultFormat.TSV) {
      rows.row(List.of(kind, "label", "probability", "logit"));
    }
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
      Path file = files.get(i);
      switch (format) {
        case JSON, JSONL -> json(file, best, row, probabilities[i]);
        case TABLE -> table(file, best, probabilities[i]);
        case CSV, TSV -> {
          for (int j : best) {
            rows.row(List.of(file, labels.get(j), probabilities[i][j], row[j]));
          }
        }
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
    object.put(kind, file.toString());
    object.put("model", model);
    object.put("labels", results);
    JsonLines.print(out, object);
  }

  private void table(Path file, List<Integer> best, float[] probabilities) {
    if (!first) {
      out.println();
    }
    first = false;
    out.println(Printable.line(file.toString()));
    int width = best.stream().mapToInt(j -> Terminal.width(label(j))).max().orElse(0);
    for (int j : best) {
      String label = label(j);
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

  private String label(int index) {
    return Terminal.cut(Printable.line(labels.get(index)), LABEL);
  }

  private static String percent(float probability) {
    return String.format(Locale.ROOT, "%5.1f%%", 100 * probability);
  }
}
