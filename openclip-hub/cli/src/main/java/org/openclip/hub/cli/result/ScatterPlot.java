package org.openclip.hub.cli.result;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openclip.api.InvalidInputException;

/**
 * Draws named points as SVG. The horizontal axis is logarithmic; points without a place on it are
 * at the left edge.
 *
 * @param x what the horizontal axis shows
 * @param y what the vertical axis shows
 * @param points one at least
 */
public record ScatterPlot(Axis x, Axis y, List<Point> points) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LEFT = 60;
  private static final int RIGHT = 200;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;
  private static final int STEPS = 5;

  /**
   * An axis.
   *
   * @param title its quantity and unit
   * @param format of its numbers, as {@link String#format} takes it
   */
  public record Axis(String title, String format) {}

  /**
   * A point.
   *
   * @param x above 0; 0 where it is unknown
   */
  public record Point(String name, double x, double y) {}

  /**
   * Checks that there is something to draw.
   *
   * @throws InvalidInputException when there are no points
   */
  public ScatterPlot {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new InvalidInputException("a plot needs at least one point");
    }
  }

  /** Returns the drawing. */
  public String svg() {
    double low = range(Math::min, Point::y, points);
    double high = range(Math::max, Point::y, points);
    double margin = Math.max(1e-9, (high - low) * 0.05);
    low -= margin;
    high += margin;
    List<Point> known = points.stream().filter(point -> point.x > 0).toList();
    double least = known.isEmpty() ? 0 : range(Math::min, p -> Math.log10(p.x()), known);
    double most = known.isEmpty() ? 0 : range(Math::max, p -> Math.log10(p.x()), known);
    double span = Math.max(0.1, most - least);
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">\n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        WIDTH,
        HEIGHT,
        WIDTH);
    for (int i = 0; i <= STEPS; i++) {
      double value = low + (high - low) * i / STEPS;
      double height = down(value, low, high);
      add(
          svg,
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
          LEFT,
          height,
          WIDTH - RIGHT,
          height);
      text(svg, LEFT - 8, height + 4, "end", number(y, value));
      text(
          svg,
          LEFT + (double) (WIDTH - LEFT - RIGHT) * i / STEPS,
          HEIGHT - BOTTOM + 18,
          "middle",
          number(x, Math.pow(10, least + span * i / STEPS)));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", x.title);
    text(svg, 8, TOP - 6, "start", y.title);
    for (Point point : points) {
      double share = point.x <= 0 ? 0 : (Math.log10(point.x) - least) / span;
      double across = LEFT + (WIDTH - LEFT - RIGHT) * share;
      double height = down(point.y, low, high);
      add(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#2563eb\"/>\n", across, height);
      text(svg, across + 9, height + 4, "start", point.name);
    }
    return svg.append("</svg>\n").toString();
  }

  private interface Fold {
    double of(double a, double b);
  }

  private static double range(Fold fold, ToDoubleFunction<Point> value, List<Point> points) {
    return points.stream().mapToDouble(value).reduce(fold::of).orElse(0);
  }

  private static String number(Axis axis, double value) {
    return String.format(Locale.ROOT, axis.format, value);
  }

  private static double down(double value, double low, double high) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    add(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">%s</text>\n",
        x,
        y,
        anchor,
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
