package org.openclip.train.benchmark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;

/**
 * The metrics of models on data sets, as a table.
 *
 * @param datasets the columns, in the order of their names
 * @param models the rows, best mean first
 */
public record Report(List<String> datasets, List<Row> models) {
  /** The number that stands for a result, in the order of preference. */
  private static final List<String> MAIN =
      List.of("acc1", "mean_average_precision", "lp_acc1", "text_acc");

  /**
   * A model.
   *
   * @param name with the weights
   * @param scores by data set, from 0 to 1
   * @param flops the cost of one picture; empty where nobody knows the model
   */
  public record Row(String name, Map<String, Double> scores, OptionalLong flops) {
    public double mean() {
      return scores.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
  }

  public static Report of(List<Result> results, PluginRegistry plugins) {
    Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    Map<String, String> names = new LinkedHashMap<>();
    TreeSet<String> datasets = new TreeSet<>();
    for (Result result : results) {
      String model = (result.text("model") + " " + result.text("pretrained")).strip();
      String language = result.text("language");
      String suffix = language.isEmpty() || language.equals("en") ? "" : " (" + language + ")";
      String dataset = result.text("dataset") + suffix;
      datasets.add(dataset);
      scores.computeIfAbsent(model, key -> new LinkedHashMap<>()).put(dataset, score(result));
      names.put(model, result.text("model"));
    }
    List<Row> rows = new ArrayList<>();
    names.forEach(
        (model, name) ->
            rows.add(new Row(model, scores.getOrDefault(model, Map.of()), cost(name, plugins))));
    rows.sort((a, b) -> Double.compare(b.mean(), a.mean()));
    return new Report(List.copyOf(datasets), List.copyOf(rows));
  }

  /** Returns the first of the main numbers, or the mean of the recalls. */
  private static double score(Result result) {
    for (String name : MAIN) {
      double value = result.metric(name);
      if (!Double.isNaN(value)) {
        return value;
      }
    }
    double mean =
        result.row().entrySet().stream()
            .filter(e -> e.getKey().contains("_retrieval_recall@"))
            .mapToDouble(e -> ((Number) e.getValue()).doubleValue())
            .average()
            .orElse(Double.NaN);
    if (Double.isNaN(mean)) {
      throw new InvalidInputException(result.file() + " has none of the metrics " + MAIN);
    }
    return mean;
  }

  private static OptionalLong cost(String model, PluginRegistry plugins) {
    try {
      return OptionalLong.of(
          OpenClip.model(model).plugins(plugins).architecture().size().imageFlops());
    } catch (OpenClipException e) {
      return OptionalLong.empty(); // A model of somebody else's; the table names it all the same.
    }
  }

  /** Returns the table as Markdown, with the plot beside it. */
  public String markdown(String plot) {
    StringBuilder text = new StringBuilder("# Measurements\n\n![accuracy](" + plot + ")\n\n");
    text.append("| model | GFLOP a picture | mean | ").append(String.join(" | ", datasets));
    text.append(" |\n|---|---:|---:").append("|---:".repeat(datasets.size())).append("|\n");
    for (Row row : models) {
      text.append("| ").append(String.join(" | ", cells(row))).append(" |\n");
    }
    return text.toString();
  }

  /** Returns a page with the plot and the table. */
  public String html(String plot) {
    StringBuilder text =
        new StringBuilder(
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Measurements</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222 }
            table { border-collapse: collapse } th, td { padding: .3rem .7rem; border-bottom: 1px solid #ddd }
            td + td { text-align: right } svg { max-width: 100%; height: auto }
            </style></head><body><h1>Measurements</h1>
            """);
    text.append(plot).append("\n<table><tr><th>model</th><th>GFLOP a picture</th><th>mean</th>");
    datasets.forEach(name -> text.append("<th>").append(escape(name)).append("</th>"));
    text.append("</tr>\n");
    for (Row row : models) {
      text.append("<tr>");
      cells(row).forEach(cell -> text.append("<td>").append(escape(cell)).append("</td>"));
      text.append("</tr>\n");
    }
    return text.append("</table></body></html>\n").toString();
  }

  private List<String> cells(Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(row.name());
    cells.add(
        row.flops().isEmpty()
            ? ""
            : String.format(Locale.ROOT, "%.1f", row.flops().getAsLong() / 1e9));
    cells.add(percent(row.mean()));
    for (String dataset : datasets) {
      Double score = row.scores().get(dataset);
      cells.add(score == null ? "" : percent(score));
    }
    return cells;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
