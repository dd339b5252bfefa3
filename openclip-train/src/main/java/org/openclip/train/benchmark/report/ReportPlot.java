package org.openclip.train.benchmark.report;

import org.openclip.hub.cli.result.ScatterPlot;

/**
 * Draws a report as SVG: the mean score of each model against the cost of an image. Models of
 * unknown cost are at the left edge.
 *
 * @param report with one model at least
 */
public record ReportPlot(Report report) {
  public String svg() {
    return new ScatterPlot(
            "GFLOP per image",
            "mean, %",
            report.models().stream()
                .map(
                    row ->
                        new ScatterPlot.Point(
                            row.name(), row.flops().orElse(0) / 1e9, row.mean() * 100))
                .toList())
        .svg();
  }
}
