package org.openclip.hub.cli.terminal;

import java.nio.charset.Charset;

/**
 * Draws horizontal bars with block characters, or with number signs if the character set has no
 * blocks.
 */
public final class Bars {
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private final boolean blocks;
  private final int columns;

  /**
   * Creates bars.
   *
   * @param charset of the stream that they are written to
   * @param columns the length of the longest bar
   */
  public Bars(Charset charset, int columns) {
    this.blocks = charset.canEncode() && charset.newEncoder().canEncode(EIGHTHS);
    this.columns = columns;
  }

  /** Returns the bar of a part from 0 to 1, without spaces after it. */
  public String bar(double part) {
    double clipped = Math.max(0, Math.min(1, part));
    if (!blocks) {
      return "#".repeat((int) Math.round(clipped * columns));
    }
    int eighths = (int) Math.round(clipped * columns * 8);
    String full = EIGHTHS.substring(8).repeat(eighths / 8);
    return eighths % 8 == 0 ? full : full + EIGHTHS.charAt(eighths % 8);
  }
}
