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
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Terminal;

/**
 * The results of {@code classify} with a generative model: the labels of each file with their
 * scores, the largest first.
 */
final class LikelihoodReport {
  private static final int LABEL = 40;

  private final PrintStream out;
  private final ResultFormat format;
  private final DelimitedRows rows;
  private final Names names;
  private final int top;

  /**
   * What results are called.
   *
   * @param kind of the files, such as {@code image}
   * @param model the name of the model
   * @param labels in the order of the scores
   */
  record Names(String kind, String model, List<String> labels) {}

  LikelihoodReport(PrintStream out, ResultFormat format, Names names, int top) {
    this.out = out;
    this.format = format;
    this.names = names;
    this.top = top;
    this.rows = new DelimitedRows(out, format);
    if (format == ResultFormat.CSV || format == ResultFormat.TSV) {
      rows.row(List.of(names.kind(), "label", "score"));
    }
  }

  /** Writes the scores of a file, one for each label. */
  void write(Path file, double[] scores) {
    List<Integer> best =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer j) -> -scores[j]))
            .limit(top)
            .toList();
    switch (format) {
      case JSON, JSONL -> json(file, best, scores);
      case TABLE -> table(file, best, scores);
      case CSV, TSV -> best.forEach(j -> rows.row(List.of(file, label(j), scores[j])));
    }
    BrokenPipeException.flush(out);
  }

  private String label(int index) {
    return names.labels().get(index);
  }

  private void json(Path file, List<Integer> best, double[] scores) {
    List<Map<String, Object>> results = new ArrayList<>();
    for (int j : best) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("label", label(j));
      result.put("score", scores[j]);
      results.add(result);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(names.kind(), file.toString());
    object.put("model", names.model());
    object.put("labels", results);
    JsonLines.print(out, object);
  }

  private void table(Path file, List<Integer> best, double[] scores) {
    out.println(Printable.line(file.toString()));
    List<String> shown =
        best.stream().map(j -> Terminal.cut(Printable.line(label(j)), LABEL)).toList();
    int width = shown.stream().mapToInt(Terminal::width).max().orElse(0);
    for (int i = 0; i < shown.size(); i++) {
      String label = shown.get(i);
      String space = " ".repeat(width - Terminal.width(label));
      out.println(String.format(Locale.ROOT, "  %s%s  %9.4f", label, space, scores[best.get(i)]));
    }
  }
}
