package org.openclip.models.image.tiff;

import java.util.HashMap;
import java.util.Map;
import org.openclip.models.image.source.PictureFile;

/**
 * The tags of the first image of a TIFF or BigTIFF structure. EXIF data have the same structure.
 * Entries that point outside the file are ignored.
 */
public final class TiffDirectory {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int FILL_ORDER = 266;
  static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_PER_STRIP = 278;
  static final int STRIP_COUNTS = 279;
  static final int PLANAR = 284;
  static final int FAX_OPTIONS = 292;
  static final int PREDICTOR = 317;
  static final int COLOR_MAP = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILE_OFFSETS = 324;
  static final int TILE_COUNTS = 325;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;
  static final int JPEG_TABLES = 347;
  static final int SUBSAMPLING = 530;

  /** The bytes of a value by its type; 0 for types that are not known. */
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

  private record Entry(int type, int count, int at) {}

  private final PictureFile file;
  private final boolean bigEndian;
  private final Map<Integer, Entry> entries = new HashMap<>();

  private TiffDirectory(PictureFile file, boolean bigEndian) {
    this.file = file;
    this.bigEndian = bigEndian;
  }

  /**
   * Returns whether a file has the first bytes of TIFF. A version in the other byte order is
   * accepted.
   */
  public static boolean accepts(byte[] head) {
    return head.length >= 4
        && (head[0] == 'I' || head[0] == 'M')
        && head[1] == head[0]
        && (head[2] == 0 || head[3] == 0)
        && (head[2] + head[3] == 42 || head[2] + head[3] == 43);
  }

  /** Reads the first directory of a file. */
  public static TiffDirectory read(PictureFile file) {
    TiffDirectory directory = new TiffDirectory(file, file.at(0) == 'M');
    boolean wide = file.at(2) + file.at(3) == 43;
    directory.read(wide ? directory.value(8, 8) : directory.value(4, 4), wide);
    return directory;
  }

  private void read(long start, boolean wide) {
    int countSize = wide ? 8 : 2;
    if (start < 0 || start > file.length() - countSize) {
      throw file.cut("before its tags");
    }
    long count = value(start, countSize);
    int step = wide ? 20 : 12;
    int inline = wide ? 8 : 4;
    for (long i = 0; i < count; i++) {
      long at = start + countSize + step * i;
      if (at + step > file.length()) {
        return;
      }
      int type = (int) value(at + 2, 2);
      long values = value(at + 4, inline);
      int size = type < SIZES.length ? SIZES[type] : 0;
      if (size == 0 || values < 1 || values > file.length()) {
        continue;
      }
      long place = at + 4 + inline;
      if (values * size > inline) {
        place = value(place, inline);
      }
      if (place >= 0 && place <= file.length() - values * size) {
        entries.put((int) value(at, 2), new Entry(type, (int) values, (int) place));
      }
    }
  }

  private long value(long at, int count) {
    return file.number(at, count, bigEndian);
  }

  /** Returns whether numbers have their high byte first. */
  boolean bigEndian() {
    return bigEndian;
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** Returns the numbers of a tag; none when it is not there, or holds no whole numbers. */
  long[] numbers(int tag) {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return new long[0];
    }
    int size = SIZES[entry.type];
    boolean whole =
        switch (entry.type) {
          case 1, 3, 4, 7, 13, 16, 18 -> true;
          default -> false;
        };
    long[] numbers = new long[whole ? entry.count : 0];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = value(entry.at + (long) i * size, size);
    }
    return numbers;
  }

  /** Returns the first number of a tag, cut to an int; another when it has none. */
  int number(int tag, int otherwise) {
    long[] numbers = numbers(tag);
    return numbers.length == 0 ? otherwise : Math.clamp(numbers[0], -1, Integer.MAX_VALUE);
  }

  /** Returns the quotients of a tag; none when it is not there. */
  double[] rationals(int tag) {
    Entry entry = entries.get(tag);
    double[] quotients = new double[entry == null || entry.type != 5 ? 0 : entry.count];
    for (int i = 0; i < quotients.length && entry != null; i++) {
      long at = entry.at + 8L * i;
      quotients[i] = (double) value(at, 4) / Math.max(1, value(at + 4, 4));
    }
    return quotients;
  }

  /** Returns the bytes of a tag; none when it is not there. */
  byte[] bytes(int tag) {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[entry.count * SIZES[entry.type]];
    System.arraycopy(file.bytes(), entry.at, bytes, 0, bytes.length);
    return bytes;
  }

  /** Returns the orientation, 1 to 8; 1 when there is none. */
  public int orientation() {
    long[] numbers = numbers(ORIENTATION);
    return numbers.length == 1 && numbers[0] >= 1 && numbers[0] <= 8 ? (int) numbers[0] : 1;
  }

  /** Returns whether there is an orientation, of any value. */
  public boolean hasOrientation() {
    return has(ORIENTATION);
  }
}
