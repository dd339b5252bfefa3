package org.openclip.train.benchmark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;

/**
 * The metrics of models on data sets, as a table.
 *
 * @param columns the data sets with their tasks and languages, in the order of their names
 * @param kind of the scores that the means take in: zero-shot ones where there are any, else those
 *     of linear probes
 * @param counted how many of the columns the means take in
 * @param models the rows, best mean first
 */
public record Report(List<String> columns, Score.Kind kind, int counted, List<Row> models) {
  /**
   * A model.
   *
   * @param name with the weights
   * @param scores by column
   * @param flops the cost of one image; empty where nobody knows the model
   */
  public record Row(String name, Map<String, Score> scores, OptionalLong flops) {
    /** Returns the mean of the scores of a kind; NaN without one. */
    double mean(Score.Kind kind) {
      return scores.values().stream()
          .filter(score -> score.kind() == kind)
          .mapToDouble(Score::value)
          .average()
          .orElse(Double.NaN);
    }
  }

  /** Returns the table of results; of two of one kind, the later one counts. */
  public static Report of(List<Result> results, PluginRegistry plugins) {
    Map<String, Map<String, Score>> scores = new LinkedHashMap<>();
    Map<String, String> names = new LinkedHashMap<>();
    for (Result result : results) {
      String model = (result.text("model") + " " + result.text("pretrained")).strip();
      Score score = Score.of(result);
      scores.computeIfAbsent(model, key -> new LinkedHashMap<>()).put(score.column(), score);
      names.put(model, result.text("model"));
    }
    List<Row> rows = new ArrayList<>();
    names.forEach(
        (model, name) ->
            rows.add(new Row(model, scores.getOrDefault(model, Map.of()), cost(name, plugins))));
    Map<String, Score.Kind> columns =
        rows.stream()
            .flatMap(row -> row.scores().values().stream())
            .collect(Collectors.toMap(Score::column, Score::kind, (a, b) -> a));
    Score.Kind kind =
        columns.containsValue(Score.Kind.ZERO_SHOT) ? Score.Kind.ZERO_SHOT : Score.Kind.PROBE;
    int counted = (int) columns.values().stream().filter(each -> each == kind).count();
    rows.sort((a, b) -> Double.compare(rank(b, kind), rank(a, kind)));
    return new Report(
        List.copyOf(new TreeSet<>(columns.keySet())), kind, counted, List.copyOf(rows));
  }

  private static double rank(Row row, Score.Kind kind) {
    return Double.isNaN(row.mean(kind)) ? -1 : row.mean(kind);
  }

  /** Returns the mean of a model; NaN without one. */
  double mean(Row row) {
    return row.mean(kind);
  }

  /**
   * Returns what is to be said of a mean over fewer columns than those of other models, for the two
   * are not comparable; empty for others.
   */
  String lack(Row row) {
    long own = row.scores().values().stream().filter(score -> score.kind() == kind).count();
    return own == counted ? "" : " (%s of %s)".formatted(own, counted);
  }

  private static OptionalLong cost(String model, PluginRegistry plugins) {
    try {
      return OptionalLong.of(
          OpenClip.model(model).plugins(plugins).architecture().size().imageFlops());
    } catch (OpenClipException e) {
      return OptionalLong.empty(); // A model of somebody else's; the table names it all the same.
    }
  }
}
