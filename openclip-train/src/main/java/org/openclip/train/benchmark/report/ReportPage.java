package org.openclip.train.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as Markdown or HTML. */
public record ReportPage(Report report) {
  private static final List<String> HEAD = List.of("model", "GFLOP per image", "mean");

  /**
   * Returns the table as Markdown.
   *
   * @param plot the name of the plot's file beside it; empty for none
   */
  public String markdown(String plot) {
    StringBuilder text = new StringBuilder("# Benchmark results\n\n");
    if (!plot.isEmpty()) {
      text.append("![mean and cost](").append(plot).append(")\n\n");
    }
    text.append(line(titles()));
    text.append("|---").append("|---:".repeat(titles().size() - 1)).append("|\n");
    for (Report.Row row : report.models()) {
      text.append(line(cells(row)));
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return "| "
        + String.join(" | ", cells.stream().map(cell -> cell.replace("|", "\\|")).toList())
        + " |\n";
  }

  /**
   * Returns a page with the plot and the table.
   *
   * @param plot as SVG; empty for none
   */
  public String html(String plot) {
    StringBuilder text =
        new StringBuilder(
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Benchmark results</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222 }
            .table { overflow-x: auto } table { border-collapse: collapse; white-space: nowrap }
            th, td { padding: .3rem .7rem; border-bottom: 1px solid #ddd; text-align: right }
            th { vertical-align: bottom }
            th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: #fff }
            svg { max-width: 100%; height: auto }
            </style></head><body><h1>Benchmark results</h1>
            """);
    text.append(plot);
    text.append("\n<div class=\"table\"><table>");
    row(text, "th", titles());
    report.models().forEach(model -> row(text, "td", cells(model)));
    return text.append("</table></div></body></html>\n").toString();
  }

  private static void row(StringBuilder text, String tag, List<String> cells) {
    text.append("<tr>");
    for (String cell : cells) {
      text.append('<').append(tag).append('>').append(escape(cell));
      text.append("</").append(tag).append('>');
    }
    text.append("</tr>\n");
  }

  private List<String> titles() {
    List<String> titles = new ArrayList<>(HEAD);
    titles.addAll(report.columns());
    return titles;
  }

  private List<String> cells(Report.Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(row.name());
    cells.add(
        row.flops().isEmpty()
            ? ""
            : String.format(Locale.ROOT, "%.1f", row.flops().getAsLong() / 1e9));
    double mean = report.mean(row);
    cells.add(Double.isNaN(mean) ? "" : percent(mean) + report.lack(row));
    for (String column : report.columns()) {
      Score score = row.scores().get(column);
      cells.add(score == null ? "" : percent(score.value()));
    }
    return cells;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
