package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;
import org.openclip.models.image.source.PictureFile;

/**
 * A scan header (T.81, B.2.3): which components follow, with which tables, and which of their
 * coefficients and bits.
 *
 * @param dc the table of first coefficients of each component; null where none is defined
 * @param ac the table of the others
 * @param dcTable its number
 * @param acTable its number
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
    int[] dcTable,
    int[] acTable,
    int first,
    int last,
    int high,
    int low) {
  private static final int MOST_BLOCKS = 10;

  /** Reads a scan header, and checks that the frame and the tables allow it. */
  static Scan read(PictureFile source, int at, int end, Frame frame, Tables tables) {
    byte[] file = source.bytes();
    int count = end > at ? file[at] : 0;
    if (count < 1 || count > frame.components().length || end - at != 4 + 2 * count) {
      throw source.damaged("a scan header is invalid");
    }
    Component[] components = new Component[count];
    @Nullable HuffmanTable[] dc = new @Nullable HuffmanTable[count];
    @Nullable HuffmanTable[] ac = new @Nullable HuffmanTable[count];
    int[] dcTable = new int[count];
    int[] acTable = new int[count];
    for (int i = 0; i < count; i++) {
      int id = file[at + 1 + 2 * i] & 0xff;
      int numbers = file[at + 2 + 2 * i] & 0xff;
      dcTable[i] = numbers >> 4;
      acTable[i] = numbers & 15;
      for (Component component : frame.components()) {
        if (component.id == id) {
          components[i] = component;
        }
      }
      if (components[i] == null || (!frame.arithmetic() && Math.max(dcTable[i], acTable[i]) > 3)) {
        throw source.damaged("a scan refers to a component or table that does not exist");
      }
      for (int j = 0; j < i; j++) {
        if (components[j] == components[i]) {
          throw source.damaged("a scan lists a component twice");
        }
      }
      if (components[i].quant == null) {
        components[i].quant = tables.quant[components[i].quantTable];
      }
      dc[i] = frame.arithmetic() ? null : tables.dc[dcTable[i]];
      ac[i] = frame.arithmetic() ? null : tables.ac[acTable[i]];
    }
    int bits = file[end - 1] & 0xff;
    boolean progressive = frame.progressive();
    Scan scan =
        new Scan(
            components,
            dc,
            ac,
            dcTable,
            acTable,
            progressive ? file[end - 3] & 0xff : 0,
            progressive ? file[end - 2] & 0xff : 63,
            progressive ? bits >> 4 : 0,
            progressive ? bits & 15 : 0);
    scan.check(source, frame);
    return scan;
  }

  private void check(PictureFile source, Frame frame) {
    boolean forFirst = first == 0;
    if (frame.progressive()) {
      boolean order = forFirst ? last == 0 : first <= last && last < 64 && components.length == 1;
      if (!order || low > 13 || (high != 0 && high != low + 1)) {
        throw source.damaged("a scan has invalid coefficient or bit positions");
      }
    }
    int blocks = 0;
    for (int i = 0; i < components.length; i++) {
      blocks += components[i].across * components[i].down;
      if (components[i].quant == null) {
        throw source.damaged("a component has no quantization table");
      }
      boolean needsDc = forFirst && high == 0;
      boolean needsAc = !frame.progressive() || !forFirst;
      if (!frame.arithmetic() && ((needsDc && dc[i] == null) || (needsAc && ac[i] == null))) {
        throw source.damaged("a scan has no Huffman table");
      }
    }
    if (components.length > 1 && blocks > MOST_BLOCKS) {
      throw source.damaged("a scan has " + blocks + " blocks per MCU, but the maximum is 10");
    }
  }

  /** Notes for every component which bits are known behind this scan. */
  void note(boolean isFirst) {
    for (Component component : components) {
      for (int k = Math.min(first, 1); k <= Math.max(last, 9); k++) {
        component.missingBefore[k] = isFirst ? 0 : component.missingBits[k];
      }
      for (int k = first; k <= last; k++) {
        component.missingBits[k] = low;
      }
    }
  }
}
