package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/**
 * A scan header (T.81, B.2.3): which components follow, with which tables, and which of their
 * coefficients and bits.
 *
 * @param dc the table of first coefficients of each component; null where none is defined
 * @param ac the table of the others
 * @param first the first coefficient of a progressive scan
 * @param last the last one
 * @param high the bit that came before, plus one; 0 for the first visit
 * @param low the bit that comes
 */
@SuppressWarnings("ArrayRecordComponent")
record Scan(
    Component[] components,
    @Nullable HuffmanTable[] dc,
    @Nullable HuffmanTable[] ac,
    int first,
    int last,
    int high,
    int low) {
  /**
   * Reads a scan header.
   *
   * @return null when it does not fit the frame
   */
  static @Nullable Scan read(byte[] file, int at, int end, Frame frame, Tables tables) {
    int count = end > at ? file[at] : 0;
    if (count < 1 || count > frame.components().length || end - at != 4 + 2 * count) {
      return null;
    }
    Component[] components = new Component[count];
    @Nullable HuffmanTable[] dc = new @Nullable HuffmanTable[count];
    @Nullable HuffmanTable[] ac = new @Nullable HuffmanTable[count];
    for (int i = 0; i < count; i++) {
      int id = file[at + 1 + 2 * i] & 0xff;
      int numbers = file[at + 2 + 2 * i] & 0xff;
      for (Component component : frame.components()) {
        if (component.id == id) {
          components[i] = component;
        }
      }
      if (components[i] == null || numbers >> 4 > 3 || (numbers & 15) > 3) {
        return null;
      }
      int[] quant = tables.quant[components[i].quantTable];
      if (quant == null) {
        return null;
      }
      components[i].quant = quant;
      dc[i] = tables.dc[numbers >> 4];
      ac[i] = tables.ac[numbers & 15];
    }
    int bits = file[end - 1] & 0xff;
    return new Scan(
        components, dc, ac, file[end - 3] & 0xff, file[end - 2] & 0xff, bits >> 4, bits & 15);
  }
}
