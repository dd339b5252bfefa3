package org.openclip.train.scaling;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws step costs as SVG: measured times for each number of processes on the left, and the
 * estimated share of communication for each number of GPUs on the right.
 *
 * @param measured the bars; none leaves the left side empty
 * @param computed the points of the lines
 */
public record ScalingPlot(List<StepCost> measured, List<RingEstimate> computed) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 360;
  private static final int TOP = 40;
  private static final int BOTTOM = 60;
  private static final int LEFT = 60;
  private static final int SIDE = 330;
  private static final int RIGHT = 500;
  private static final String[] COLOURS = {"#2563eb", "#d97706", "#059669", "#7c3aed"};

  /** Returns the drawing. */
  public String svg() {
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
    bars(svg);
    lines(svg);
    return svg.append("</svg>\n").toString();
  }

  private static double y(double share) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
  }

  private void bars(StringBuilder svg) {
    double top =
        4 * roundUp(measured.stream().mapToDouble(StepCost::seconds).max().orElse(1) / 4 * 1.1);
    text(svg, LEFT, TOP - 16, "start", "measured: milliseconds of a step");
    for (int i = 0; i <= 4; i++) {
      rule(svg, LEFT, LEFT + SIDE, y(i / 4.0));
      String label = String.format(Locale.ROOT, "%,.0f", 1000 * top * i / 4);
      text(svg, LEFT - 8, y(i / 4.0) + 4, "end", label);
    }
    double step = (double) SIDE / Math.max(1, measured.size());
    for (int i = 0; i < measured.size(); i++) {
      StepCost cost = measured.get(i);
      double x = LEFT + step * (i + 0.2);
      double whole = y(cost.seconds() / top);
      double apart = y(Math.min(cost.apart(), cost.seconds()) / top);
      box(svg, x, apart, 0.6 * step, y(0) - apart, COLOURS[0]);
      box(svg, x, whole, 0.6 * step, apart - whole, COLOURS[1]);
      String share = String.format(Locale.ROOT, "%.0f%%", 100 * cost.share());
      text(svg, x + 0.3 * step, whole - 6, "middle", share);
      text(svg, x + 0.3 * step, y(0) + 18, "middle", Integer.toString(cost.processes()));
    }
    text(svg, LEFT + SIDE / 2.0, y(0) + 36, "middle", "processes");
    key(svg, LEFT, 0, COLOURS[0], "computing");
    key(svg, LEFT, 1, COLOURS[1], "sending, and its share");
  }

  /** Returns the next number that is 1, 2, 2.5 or 5 times a power of ten. */
  private static double roundUp(double number) {
    double power = Math.pow(10, Math.floor(Math.log10(number)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (number <= factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static void key(
      StringBuilder svg, double left, int number, String colour, String meaning) {
    double y = TOP + 8 + 18 * number;
    // Lines behind a text would strike it through.
    box(svg, left + 6, y - 6, 34 + 6.5 * meaning.length(), 17, "white");
    box(svg, left + 10, y, 12, 4, colour);
    text(svg, left + 28, y + 6, "start", meaning);
  }

  private void lines(StringBuilder svg) {
    text(svg, RIGHT, TOP - 16, "start", "computed: share of a step that is sending");
    for (int i = 0; i <= 4; i++) {
      rule(svg, RIGHT, RIGHT + SIDE, y(i / 4.0));
      text(svg, RIGHT - 8, y(i / 4.0) + 4, "end", 25 * i + "%");
    }
    Map<String, StringBuilder> paths = new LinkedHashMap<>();
    for (RingEstimate each : computed) {
      double x = RIGHT + SIDE * (Math.log(each.gpus()) / Math.log(2) - 3) / 7;
      String name = String.format(Locale.ROOT, "%s, batch %,d", each.model().name(), each.batch());
      paths
          .computeIfAbsent(name, n -> new StringBuilder())
          .append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(each.share())));
      if (paths.size() == 1) {
        text(svg, x, y(0) + 18, "middle", String.format(Locale.ROOT, "%,d", each.gpus()));
      }
    }
    text(svg, RIGHT + SIDE / 2.0, y(0) + 36, "middle", "GPUs");
    int number = 0;
    for (Map.Entry<String, StringBuilder> path : paths.entrySet()) {
      String colour = COLOURS[number % COLOURS.length];
      svg.append(
          String.format(
              Locale.ROOT,
              "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
              path.getValue().toString().strip(),
              colour));
      key(svg, RIGHT, number, colour, path.getKey());
      number++;
    }
  }

  private static void rule(StringBuilder svg, double from, double to, double y) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
            from,
            y,
            to,
            y));
  }

  private static void box(
      StringBuilder svg, double x, double y, double width, double height, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
            x,
            y,
            width,
            height,
            colour));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">%s</text>\n",
            x,
            y,
            anchor,
            text));
  }
}
