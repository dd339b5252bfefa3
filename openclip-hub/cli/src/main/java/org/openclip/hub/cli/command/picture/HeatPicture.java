package org.openclip.hub.cli.command.picture;

import java.util.Arrays;
import java.util.List;
import org.openclip.api.model.HeatMap;

/**
 * Maps drawn over an image, side by side, at most four in a row. What the model has not seen of the
 * image is grey and dark.
 */
final class HeatPicture {
  private static final int MOST_COLUMNS = 4;
  private static final int GAP = 8;
  private static final byte WHITE = (byte) 255;

  /** How much of the colour comes from the map. */
  private static final double OPACITY = 0.55;

  /** How bright the parts are that the model has not seen. */
  private static final double UNSEEN = 0.35;

  private final int width;
  private final int height;
  private final byte[] rgb;

  private HeatPicture(int width, int height) {
    this.width = width;
    this.height = height;
    rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    Arrays.fill(rgb, WHITE);
  }

  /**
   * Draws maps of one image.
   *
   * @param image {@code uint8[height, width, 3]} of the maps' image
   * @param maps at least one
   */
  static HeatPicture of(byte[] image, List<HeatMap> maps) {
    int across = maps.getFirst().imageWidth();
    int down = maps.getFirst().imageHeight();
    int columns = Math.min(MOST_COLUMNS, maps.size());
    int rows = (maps.size() + columns - 1) / columns;
    HeatPicture picture =
        new HeatPicture(columns * (across + GAP) - GAP, rows * (down + GAP) - GAP);
    for (int i = 0; i < maps.size(); i++) {
      picture.draw(image, maps.get(i), i % columns * (across + GAP), i / columns * (down + GAP));
    }
    return picture;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Returns {@code uint8[height, width, 3]}. */
  byte[] rgb() {
    return rgb;
  }

  private void draw(byte[] image, HeatMap map, int left, int top) {
    float least = map.minimum();
    float range = map.maximum() - least;
    for (int y = 0; y < map.imageHeight(); y++) {
      for (int x = 0; x < map.imageWidth(); x++) {
        int from = 3 * (y * map.imageWidth() + x);
        int to = 3 * ((top + y) * width + left + x);
        float value = map.at(x + 0.5, y + 0.5);
        double grey = grey(image, from);
        for (int channel = 0; channel < 3; channel++) {
          double heat = range == 0 ? 0 : (value - least) / range;
          double level =
              Float.isNaN(value)
                  ? UNSEEN * grey
                  : OPACITY * HeatColors.level(heat, channel) + (1 - OPACITY) * grey;
          rgb[to + channel] = (byte) Math.round(level);
        }
      }
    }
  }

  /** Returns the brightness of a pixel (ITU-R BT.601). */
  private static double grey(byte[] image, int at) {
    return 0.299 * (image[at] & 0xff)
        + 0.587 * (image[at + 1] & 0xff)
        + 0.114 * (image[at + 2] & 0xff);
  }
}
