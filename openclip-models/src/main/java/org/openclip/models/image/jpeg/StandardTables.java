package org.openclip.models.image.jpeg;

import javax.imageio.plugins.jpeg.JPEGHuffmanTable;
import org.jspecify.annotations.Nullable;

/** The typical Huffman tables (T.81, K.3), as the JDK knows them. */
final class StandardTables {
  private StandardTables() {}

  /** Returns the table of first coefficients, of luminance (0) or colours (1). */
  static @Nullable HuffmanTable first(int number) {
    return table(number == 0 ? JPEGHuffmanTable.StdDCLuminance : JPEGHuffmanTable.StdDCChrominance);
  }

  /** Returns the table of other coefficients, of luminance (0) or colours (1). */
  static @Nullable HuffmanTable others(int number) {
    return table(number == 0 ? JPEGHuffmanTable.StdACLuminance : JPEGHuffmanTable.StdACChrominance);
  }

  private static @Nullable HuffmanTable table(JPEGHuffmanTable known) {
    short[] lengths = known.getLengths();
    short[] values = known.getValues();
    byte[] segment = new byte[16 + values.length];
    for (int i = 0; i < lengths.length; i++) {
      segment[i] = (byte) lengths[i];
    }
    for (int i = 0; i < values.length; i++) {
      segment[16 + i] = (byte) values[i];
    }
    return HuffmanTable.read(segment, 0, values.length);
  }
}
