package org.openclip.models.image.tiff;

import java.util.Arrays;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/**
 * How the samples of a TIFF file make pixels, told by its tags. The kinds are those that Pillow
 * knows, under its names for them.
 *
 * @param width columns in the file, before its orientation is applied
 * @param height rows in the file
 * @param mode what the pixels become
 * @param bits of a sample: 1, 2, 4, 8, 12, 16 or 32
 * @param format of a sample: 1 unsigned, 2 signed, 3 floating point
 * @param samples of a pixel in the file
 * @param extras samples of a pixel that are no colour, as a tag says
 * @param photometric what samples mean, as its tag numbers it
 * @param premultiplied whether colours are stored times their opacity
 * @param planar whether each sample has a plane of its own
 * @param bigEndian whether samples have their high byte first
 */
record TiffLayout(
    int width,
    int height,
    ColorMode mode,
    int bits,
    int format,
    int samples,
    int extras,
    int photometric,
    boolean premultiplied,
    boolean planar,
    boolean bigEndian) {
  static final int WHITE_IS_ZERO = 0;
  static final int PALETTE = 3;
  static final int YCBCR = 6;
  static final int LAB = 8;
  private static final int MOST_SAMPLES = 6;
  private static final int PREMULTIPLIED = 1;
  private static final int SIGNED = 2;
  private static final int FLOAT = 3;

  /** Reads the tags. */
  static TiffLayout read(TiffDirectory tags, PictureFile file) {
    if (!tags.has(TiffDirectory.WIDTH) || !tags.has(TiffDirectory.HEIGHT)) {
      throw file.damaged("it has no tag for its width or height");
    }
    int width = tags.number(TiffDirectory.WIDTH, 0);
    int height = tags.number(TiffDirectory.HEIGHT, 0);
    Image.checkSize(file.name(), width, height);
    int photometric = tags.number(TiffDirectory.PHOTOMETRIC, WHITE_IS_ZERO);
    int samples = tags.number(TiffDirectory.SAMPLES, 1);
    long[] extra = tags.numbers(TiffDirectory.EXTRA_SAMPLES);
    boolean planar = tags.number(TiffDirectory.PLANAR, 1) == 2;
    if (planar && extra.length > 0 && Arrays.stream(extra).max().orElse(0) == 0) {
      samples -= extra.length;
      extra = new long[0];
    }
    if (samples < 1 || samples > MOST_SAMPLES) {
      throw file.unknown("TIFF of " + samples + " samples per pixel; 1 to 6 are supported");
    }
    int bits = same(tags.numbers(TiffDirectory.BITS), samples, file);
    long[] formats = tags.numbers(TiffDirectory.SAMPLE_FORMAT);
    int format = formats.length == 0 ? 1 : Math.clamp(formats[0], 0, 7);
    ColorMode mode =
        Arrays.stream(formats).allMatch(f -> f == formats[0])
            ? mode(photometric, bits, format, samples, extra, tags.bigEndian())
            : null;
    if (mode == null) {
      throw file.unknown(
          "TIFF of photometric interpretation "
              + photometric
              + " with "
              + samples
              + " samples of "
              + bits
              + " bits, sample format "
              + Arrays.toString(formats)
              + ", extra samples "
              + Arrays.toString(extra));
    }
    return new TiffLayout(
        width,
        height,
        mode,
        bits,
        format,
        samples,
        extra.length,
        photometric,
        extra.length > 0 && extra[0] == PREMULTIPLIED,
        planar && samples > 1,
        tags.bigEndian());
  }

  private static int same(long[] bits, int samples, PictureFile file) {
    if (bits.length == 0) {
      return 1;
    }
    for (int i = 1; i < Math.min(samples, bits.length); i++) {
      if (bits[i] != bits[0]) {
        throw file.unknown("TIFF of samples of different bits " + Arrays.toString(bits));
      }
    }
    return Math.clamp(bits[0], 0, 1024);
  }

  private static @org.jspecify.annotations.Nullable ColorMode mode(
      int photometric, int bits, int format, int samples, long[] extra, boolean bigEndian) {
    boolean plain = format == 1;
    return switch (photometric) {
      case 0, 1 -> {
        if (samples == 2 && bits == 8 && plain && photometric == 1) {
          yield extra.length == 1 && extra[0] == 2 ? ColorMode.GREY_ALPHA : null;
        }
        yield samples == 1 && extra.length == 0 ? grey(photometric, bits, format, bigEndian) : null;
      }
      case 2 -> {
        if (!plain || (bits != 8 && bits != 16) || samples < 3 || (bits == 16 && samples > 4)) {
          yield null;
        }
        boolean rest = Arrays.stream(extra).skip(1).allMatch(e -> e == 0);
        if (extra.length > 0 && (!rest || extra.length != samples - 3)) {
          yield null;
        }
        if (samples == 3) {
          yield ColorMode.RGB;
        }
        if (extra.length == 0) {
          yield samples == 4 ? ColorMode.RGBA : null;
        }
        boolean corel = extra[0] == 999 && samples == 4 && bits == 8;
        yield extra[0] == 0 ? ColorMode.RGB : extra[0] <= 2 || corel ? ColorMode.RGBA : null;
      }
      case 3 -> {
        if (!plain) {
          yield null;
        }
        if (samples == 1 && extra.length == 0) {
          yield bits == 1 || bits == 2 || bits == 4 || bits == 8 ? ColorMode.PALETTE : null;
        }
        if (samples != 2 || bits != 8 || extra.length != 1 || (extra[0] != 0 && extra[0] != 2)) {
          yield null;
        }
        yield extra[0] == 0 ? ColorMode.PALETTE : ColorMode.PALETTE_ALPHA;
      }
      case 5 -> {
        boolean known =
            plain
                && samples >= 4
                && extra.length == samples - 4
                && Arrays.stream(extra).allMatch(e -> e == 0)
                && (bits == 8 || (bits == 16 && samples == 4));
        yield known ? ColorMode.CMYK : null;
      }
      case 6 -> {
        if (!plain || bits != 8 || extra.length > 0) {
          yield null;
        }
        yield samples == 1 ? ColorMode.GREY : samples == 3 ? ColorMode.RGB : null;
      }
      case 8 -> plain && bits == 8 && samples == 3 && extra.length == 0 ? ColorMode.LAB : null;
      default -> null;
    };
  }

  private static @org.jspecify.annotations.Nullable ColorMode grey(
      int photometric, int bits, int format, boolean bigEndian) {
    boolean plain = format == 1;
    boolean blackIsZero = photometric == 1;
    return switch (bits) {
      case 1 -> plain ? ColorMode.BILEVEL : null;
      case 2, 4 -> plain ? ColorMode.GREY : null;
      case 8 -> plain || (format == SIGNED && blackIsZero) ? ColorMode.GREY : null;
      case 12 -> plain && blackIsZero ? ColorMode.GREY16 : null;
      case 16 -> {
        if (format == SIGNED && blackIsZero) {
          yield ColorMode.INT32;
        }
        yield plain ? (bigEndian ? ColorMode.GREY16_BIG : ColorMode.GREY16) : null;
      }
      case 32 ->
          format == FLOAT
              ? ColorMode.FLOAT32
              : blackIsZero && (plain || format == SIGNED) ? ColorMode.INT32 : null;
      default -> null;
    };
  }

  /**
   * Returns how Pillow reads a packed file of this layout. It takes numbers of 32 bits and signed
   * ones of 16 for little-endian ones, and a fourth plane without a tag for opacity that colours
   * were multiplied by.
   */
  TiffLayout packed() {
    boolean swapped = mode == ColorMode.INT32 || mode == ColorMode.FLOAT32;
    boolean multiplied = planar && mode == ColorMode.RGBA && extras == 0;
    return with(bits, photometric, premultiplied || multiplied, bigEndian && !swapped);
  }

  /**
   * Returns how Pillow reads a file of this layout whose planes are apart and not packed: samples
   * of 2 to 16 bits as bytes, and no level inverted.
   */
  TiffLayout plainPlanes(PictureFile file) {
    boolean known =
        switch (mode) {
          case BILEVEL, GREY, PALETTE, INT32, FLOAT32, RGB, CMYK, LAB -> samples <= channels();
          case RGBA -> !premultiplied;
          case GREY16, GREY16_BIG, GREY_ALPHA, PALETTE_ALPHA -> false;
        };
    if (!known) {
      throw file.unknown("TIFF with separate planes in mode " + mode);
    }
    int plain =
        switch (mode) {
          case BILEVEL -> 1;
          case INT32, FLOAT32 -> 32;
          default -> 8;
        };
    int meaning = photometric == PALETTE ? PALETTE : 1;
    return with(plain, meaning, false, false);
  }

  private TiffLayout with(int newBits, int newMeaning, boolean multiplied, boolean big) {
    return new TiffLayout(
        width, height, mode, newBits, format, samples, extras, newMeaning, multiplied, planar, big);
  }

  /** Returns whether samples are floating-point numbers. */
  boolean isFloat() {
    return format == FLOAT;
  }

  /** Returns samples that stand side by side in a plane. */
  int samplesOfPlane() {
    return planar ? 1 : samples;
  }

  /** Returns planes that the mode takes; further ones are not looked at. */
  int planes() {
    return planar ? Math.min(samples, channels()) : 1;
  }

  /** Returns the channels of the mode. */
  int channels() {
    return switch (mode) {
      case BILEVEL, GREY, GREY16, GREY16_BIG, INT32, FLOAT32, PALETTE -> 1;
      case GREY_ALPHA, PALETTE_ALPHA -> 2;
      case RGB, LAB -> 3;
      case RGBA, CMYK -> 4;
    };
  }

  /** Returns the bytes of a row of a plane. */
  long rowBytes(int columns) {
    return ((long) columns * samplesOfPlane() * bits + 7) / 8;
  }
}
