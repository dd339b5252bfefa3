package org.openclip.models.image.jpeg;

import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * The size of a picture and its components (T.81, B.2.2).
 *
 * @param progressive whether coefficients come bit by bit, in several scans
 * @param arithmetic whether codes are arithmetic ones, and not Huffman's
 * @param across the largest number of samples across of a component in a unit, 1 to 4
 * @param down the same down
 * @param unitsAcross units of a row; a unit has {@code 8 * across} columns
 * @param unitsDown rows of units
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(
    int width,
    int height,
    boolean progressive,
    boolean arithmetic,
    Component[] components,
    int across,
    int down,
    int unitsAcross,
    int unitsDown) {
  /** Reads a frame header. */
  static Frame read(PictureFile source, int at, int end, int marker) {
    byte[] file = source.bytes();
    int count = end - at >= 6 ? file[at + 5] & 0xff : 0;
    if (end - at != 6 + 3 * count || count == 0) {
      throw source.damaged("its frame header is invalid");
    }
    if (file[at] != 8) {
      throw source.unknown("JPEG of " + file[at] + " bits a sample");
    }
    if (count > 4) {
      throw source.unknown("JPEG of " + count + " components");
    }
    int height = Tables.word(file, at + 1);
    int width = Tables.word(file, at + 3);
    Image.checkSize(source.name(), width, height);
    Component[] components = new Component[count];
    int across = 1;
    int down = 1;
    for (int i = 0; i < count; i++) {
      int from = at + 6 + 3 * i;
      // The only component stands alone in its units, whatever it says.
      int h = count == 1 ? 1 : file[from + 1] >> 4 & 15;
      int v = count == 1 ? 1 : file[from + 1] & 15;
      if (h < 1 || h > 4 || v < 1 || v > 4 || (file[from + 2] & 0xff) > 3) {
        throw source.damaged("a component has an invalid sampling factor or quantization table");
      }
      components[i] = new Component(file[from] & 0xff, h, v, file[from + 2]);
      across = Math.max(across, h);
      down = Math.max(down, v);
    }
    int unitsAcross = divide(width, 8 * across);
    int unitsDown = divide(height, 8 * down);
    boolean progressive = marker == 0xc2 || marker == 0xca;
    boolean arithmetic = marker >= 0xc9;
    Frame frame =
        new Frame(
            width,
            height,
            progressive,
            arithmetic,
            components,
            across,
            down,
            unitsAcross,
            unitsDown);
    for (Component component : components) {
      if (across % component.across != 0 || down % component.down != 0) {
        throw source.unknown("JPEG with fractional chroma sampling ratios");
      }
      component.width = divide(width * component.across, across);
      component.height = divide(height * component.down, down);
    }
    for (Component component : components) {
      component.allocate(unitsAcross, component.across == 2 && frame.isUsual() ? 2 : 1);
    }
    return frame;
  }

  /** Returns whether this is grey, or has three components of full or half the width and height. */
  boolean isUsual() {
    return components.length == 1 || (components.length == 3 && across <= 2 && down <= 2);
  }

  /** Keeps the coefficients of all components from now on. */
  void keep() {
    for (Component component : components) {
      component.keep(unitsDown);
    }
  }

  private static int divide(int number, int by) {
    return (number + by - 1) / by;
  }
}
