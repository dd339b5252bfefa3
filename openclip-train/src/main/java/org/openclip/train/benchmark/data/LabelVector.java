package org.openclip.train.benchmark.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;

/** The classes of a picture as NumPy's {@code npy} holds them: a number for each, 0 for none. */
final class LabelVector {
  private static final int FIXED = 10;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': *'([<>|=])([a-z])(\\d)', *'fortran_order': *(?:True|False), *'shape':"
              + " *\\((\\d{1,9}),\\),? *\\}\\s*");

  private LabelVector() {}

  /**
   * Returns the numbers, one for each class.
   *
   * @throws InvalidInputException when it is no array of one dimension
   */
  static List<Double> read(byte[] npy) {
    boolean known =
        npy.length > FIXED + 2
            && (npy[0] & 0xff) == 0x93
            && new String(npy, 1, 5, StandardCharsets.ISO_8859_1).equals("NUMPY");
    if (!known) {
      throw new InvalidInputException("its .npy does not start with NumPy's magic bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
    int start = npy[6] == 1 ? FIXED : FIXED + 2;
    long length = npy[6] == 1 ? bytes.getShort(8) & 0xffff : bytes.getInt(8) & 0xffffffffL;
    if (start + length > npy.length) {
      throw new InvalidInputException("its .npy ends in its header");
    }
    String text = new String(npy, start, (int) length, StandardCharsets.ISO_8859_1);
    Matcher header = HEADER.matcher(text);
    if (!header.matches()) {
      throw new InvalidInputException(
          "its .npy holds %s, not numbers in one dimension".formatted(text.strip()));
    }
    int size = Integer.parseInt(header.group(3));
    int count = Integer.parseInt(header.group(4));
    if (start + length + (long) size * count != npy.length) {
      throw new InvalidInputException(
          "its .npy declares %s numbers of %s bytes, but has another size".formatted(count, size));
    }
    bytes.order(header.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    List<Double> labels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      labels.add(number(bytes, (int) (start + length) + i * size, header.group(2) + size));
    }
    return labels;
  }

  private static double number(ByteBuffer bytes, int at, String type) {
    return switch (type) {
      case "b1", "u1" -> bytes.get(at) & 0xff;
      case "i1" -> bytes.get(at);
      case "i2" -> bytes.getShort(at);
      case "u2" -> bytes.getShort(at) & 0xffff;
      case "i4" -> bytes.getInt(at);
      case "u4" -> bytes.getInt(at) & 0xffffffffL;
      case "i8", "u8" -> bytes.getLong(at);
      case "f2" -> Float.float16ToFloat(bytes.getShort(at));
      case "f4" -> bytes.getFloat(at);
      case "f8" -> bytes.getDouble(at);
      default -> throw new InvalidInputException("its .npy has elements '" + type + "'");
    };
  }
}
