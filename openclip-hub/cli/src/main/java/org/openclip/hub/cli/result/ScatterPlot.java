package org.openclip.hub.cli.result;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openclip.api.InvalidInputException;

/**
 * Draws named points as SVG. The horizontal axis is logarithmic; points without a place on it are
 * at the left edge.
 *
 * @param x the quantity and unit of the horizontal axis
 * @param y the quantity and unit of the vertical axis
 * @param points one at least
 */
public record ScatterPlot(String x, String y, List<Point> points) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LEFT = 60;
  private static final int RIGHT = 200;
  private static final int TOP = 40;
  private static final int TITLE = 18;
  private static final int BOTTOM = 50;

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
    Ticks heights = Ticks.linear(least(Point::y, points), most(Point::y, points));
    List<Point> known = points.stream().filter(point -> point.x > 0).toList();
    Ticks places =
        known.isEmpty()
            ? Ticks.logarithmic(1, 1)
            : Ticks.logarithmic(least(Point::x, known), most(Point::x, known));
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">\n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        WIDTH,
        HEIGHT,
        WIDTH);
    for (BigDecimal tick : heights.values()) {
      double height = down(tick.doubleValue(), heights);
      add(
          svg,
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
          LEFT,
          height,
          WIDTH - RIGHT,
          height);
      text(svg, LEFT - 8, height + 4, "end", Ticks.text(tick));
    }
    for (BigDecimal tick : places.values()) {
      double across = across(tick.doubleValue(), places);
      text(svg, across, HEIGHT - BOTTOM + 18, "middle", Ticks.text(tick));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", x);
    text(svg, 8, TITLE, "start", y);
    for (Point point : points) {
      double across = point.x <= 0 ? LEFT : across(point.x, places);
      double height = down(point.y, heights);
      add(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#2563eb\"/>\n", across, height);
      text(svg, across + 9, height + 4, "start", point.name);
    }
    return svg.append("</svg>\n").toString();
  }

  private static double least(ToDoubleFunction<Point> value, List<Point> points) {
    return points.stream().mapToDouble(value).min().orElseThrow();
  }

  private static double most(ToDoubleFunction<Point> value, List<Point> points) {
    return points.stream().mapToDouble(value).max().orElseThrow();
  }

  private static double across(double value, Ticks ticks) {
    double share = Math.log(value / ticks.first()) / Math.log(ticks.last() / ticks.first());
    return LEFT + (WIDTH - LEFT - RIGHT) * share;
  }

  private static double down(double value, Ticks ticks) {
    double share = (value - ticks.first()) / (ticks.last() - ticks.first());
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
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
