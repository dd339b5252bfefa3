package org.openclip.train.benchmark;

import java.util.List;
import java.util.Locale;

/**
 * A drawing of a report as SVG: the mean of each model over the cost of a picture, which has a
 * logarithmic scale. Models of unknown cost stand at the left edge.
 *
 * @param report with one model at least
 */
record ReportPlot(Report report) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LEFT = 60;
  private static final int RIGHT = 200;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;
  private static final int STEPS = 5;

  String svg() {
    List<Report.Row> rows = report.models();
    double low = Math.floor(rows.getLast().mean() * 20) / 20;
    double high = Math.max(low + 0.05, Math.ceil(rows.getFirst().mean() * 20) / 20);
    double cheap =
        rows.stream()
            .filter(r -> r.flops().isPresent())
            .mapToDouble(ReportPlot::log)
            .min()
            .orElse(0);
    double dear =
        rows.stream()
            .filter(r -> r.flops().isPresent())
            .mapToDouble(ReportPlot::log)
            .max()
            .orElse(0);
    double span = Math.max(0.1, dear - cheap);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH,
            HEIGHT,
            WIDTH));
    for (int i = 0; i <= STEPS; i++) {
      double value = low + (high - low) * i / STEPS;
      double y = y(value, low, high);
      line(svg, LEFT, y, WIDTH - RIGHT, y);
      text(svg, LEFT - 8, y + 4, "end", Report.percent(value));
      double x = LEFT + (double) (WIDTH - LEFT - RIGHT) * i / STEPS;
      String cost = String.format(Locale.ROOT, "%.3g", Math.pow(10, cheap + span * i / STEPS));
      text(svg, x, HEIGHT - BOTTOM + 18, "middle", cost);
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", "GFLOP a picture");
    text(svg, LEFT, TOP - 6, "middle", "mean, %");
    for (Report.Row row : rows) {
      double share = row.flops().isEmpty() ? 0 : (log(row) - cheap) / span;
      double x = LEFT + (WIDTH - LEFT - RIGHT) * share;
      double y = y(row.mean(), low, high);
      svg.append(
          String.format(
              Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#2563eb\"/>\n", x, y));
      text(svg, x + 9, y + 4, "start", row.name());
    }
    return svg.append("</svg>\n").toString();
  }

  private static double log(Report.Row row) {
    return Math.log10(row.flops().getAsLong() / 1e9);
  }

  private static double y(double value, double low, double high) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low);
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">%s</text>\n",
            x,
            y,
            anchor,
            Report.escape(text)));
  }
}
