package org.openclip.hub.cli.command.picture;

/** Colours from cold to hot: blue, cyan, yellow, red. */
final class HeatColors {
  private static final int[][] STOPS = {
    {20, 30, 140}, {40, 170, 220}, {250, 220, 60}, {210, 20, 20}
  };

  private HeatColors() {}

  /**
   * Returns the level of a colour channel, 0 to 255.
   *
   * @param heat from 0 to 1
   * @param channel 0 for red, 1 for green, 2 for blue
   */
  static double level(double heat, int channel) {
    double place = Math.clamp(heat, 0, 1) * (STOPS.length - 1);
    int stop = Math.min((int) place, STOPS.length - 2);
    int from = STOPS[stop][channel];
    return from + (STOPS[stop + 1][channel] - from) * (place - stop);
  }
}
