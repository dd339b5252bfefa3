package org.openclip.train.benchmark.report;

import java.util.List;
import org.openclip.hub.cli.result.ScatterPlot;

/**
 * Draws a report as SVG: the mean score of each model against the cost of an image. Models of
 * unknown cost are at the left edge; those without a mean are left out.
 *
 * @param report with one model at least
 */
public record ReportPlot(Report report) {
  /** Returns the plot; empty without a model to draw. */
  public String svg() {
    List<ScatterPlot.Point> points =
        report.models().stream()
            .filter(row -> !Double.isNaN(report.mean(row)))
            .map(
                row ->
                    new ScatterPlot.Point(
                        row.name() + report.lack(row),
                        row.flops().orElse(0) / 1e9,
                        report.mean(row) * 100))
            .toList();
    return points.isEmpty() ? "" : new ScatterPlot("GFLOP per image", "mean, %", points).svg();
  }
}
