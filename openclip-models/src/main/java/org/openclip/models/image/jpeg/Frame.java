package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/**
 * The size of a picture and its components (T.81, B.2.2).
 *
 * @param progressive whether coefficients come bit by bit, in several scans
 * @param across the largest number of samples across of a component in a unit, 1 or 2
 * @param down the same down
 * @param unitsAcross units of a row; a unit has {@code 8 * across} columns
 * @param unitsDown rows of units
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(
    int width,
    int height,
    boolean progressive,
    Component[] components,
    int across,
    int down,
    int unitsAcross,
    int unitsDown) {
  /**
   * Reads a frame header.
   *
   * @return null when it is unusual
   */
  static @Nullable Frame read(byte[] file, int at, int end, boolean progressive) {
    int count = end - at >= 6 ? file[at + 5] & 0xff : 0;
    if ((count != 1 && count != 3) || end - at != 6 + 3 * count || file[at] != 8) {
      return null;
    }
    int height = Tables.word(file, at + 1);
    int width = Tables.word(file, at + 3);
    if (width == 0 || height == 0) {
      return null;
    }
    Component[] components = new Component[count];
    int across = 1;
    int down = 1;
    for (int i = 0; i < count; i++) {
      int from = at + 6 + 3 * i;
      // The only component stands alone in its units, whatever it says.
      int h = count == 1 ? 1 : file[from + 1] >> 4 & 15;
      int v = count == 1 ? 1 : file[from + 1] & 15;
      if (h < 1 || h > 2 || v < 1 || v > 2 || (file[from + 2] & 0xff) > 3) {
        return null;
      }
      components[i] = new Component(file[from] & 0xff, h, v, file[from + 2]);
      across = Math.max(across, h);
      down = Math.max(down, v);
    }
    int unitsAcross = divide(width, 8 * across);
    int unitsDown = divide(height, 8 * down);
    for (Component component : components) {
      component.width = divide(width * component.across, across);
      component.height = divide(height * component.down, down);
      component.allocate(unitsAcross, component.across == across ? across : 1);
      if (progressive) {
        long size = 64L * component.blocksAcross * component.down * unitsDown;
        if (size > Integer.MAX_VALUE - 8) {
          return null;
        }
        component.coefficients = new short[(int) size];
      }
    }
    return new Frame(width, height, progressive, components, across, down, unitsAcross, unitsDown);
  }

  private static int divide(int number, int by) {
    return (number + by - 1) / by;
  }
}
