package org.openclip.models.audio.flac;

/** Reads the frames of a FLAC file, each with as many samples of every channel. */
final class FrameReader {
  private static final int SYNC = 0x3ffe;
  private static final int LEFT_SIDE = 8;
  private static final int SIDE_RIGHT = 9;
  private static final int MID_SIDE = 10;

  private final BitReader in;
  private final StreamInfo info;

  FrameReader(BitReader in, StreamInfo info) {
    this.in = in;
    this.info = info;
  }

  /** Reads a frame: the samples of each channel. */
  long[][] next() {
    int start = in.position();
    if (in.read(14) != SYNC) {
      throw in.damaged("has no frame where one must begin");
    }
    in.skip(2);
    int sizeCode = (int) in.read(4);
    int rateCode = (int) in.read(4);
    int layout = (int) in.read(4);
    int bits = FrameCodes.bits((int) in.read(3), info);
    in.skip(1);
    skipNumber();
    int size = FrameCodes.size(sizeCode, in);
    int rate = FrameCodes.rate(rateCode, in, info);
    check(start, 8, Checksum.CRC8, "header");
    int channels = layout < LEFT_SIDE ? layout + 1 : 2;
    if (layout > MID_SIDE
        || size == 0
        || rate != info.sampleRate()
        || bits != info.bits()
        || channels != info.channels()) {
      throw in.damaged(
          "has a frame of %s samples, %s channels and %s bits at %s Hz among those of %s channels and %s bits at %s Hz"
              .formatted(
                  size, channels, bits, rate, info.channels(), info.bits(), info.sampleRate()));
    }
    long[][] samples = new long[channels][];
    for (int c = 0; c < channels; c++) {
      boolean side = layout == SIDE_RIGHT ? c == 0 : layout >= LEFT_SIDE && c == 1;
      samples[c] = new SubframeReader(in, side ? bits + 1 : bits, size).read();
    }
    in.align();
    check(start, 16, Checksum.CRC16, "frame");
    restore(layout, samples);
    return samples;
  }

  /** Skips the number of the frame or sample, which is coded as UTF-8 codes a character. */
  private void skipNumber() {
    int first = (int) in.read(8);
    int more = Integer.numberOfLeadingZeros(~(first << 24)) - 1;
    if (more > 6 || more == 0) {
      throw in.damaged("has a frame without a number");
    }
    if (more > 0) {
      in.skip(8 * more);
    }
  }

  private void check(int start, int bits, Checksum checksum, String what) {
    int expected = checksum.of(in.file(), start, in.position());
    if (in.read(bits) != expected) {
      throw in.damaged("is damaged: the checksum of a %s differs".formatted(what));
    }
  }

  /** Turns differences of two channels into the channels. */
  private static void restore(int layout, long[][] samples) {
    if (layout < LEFT_SIDE) {
      return;
    }
    long[] first = samples[0];
    long[] second = samples[1];
    for (int i = 0; i < first.length; i++) {
      switch (layout) {
        case LEFT_SIDE -> second[i] = first[i] - second[i];
        case SIDE_RIGHT -> first[i] += second[i];
        default -> {
          long mid = first[i] << 1 | (second[i] & 1);
          long side = second[i];
          first[i] = (mid + side) >> 1;
          second[i] = (mid - side) >> 1;
        }
      }
    }
  }
}
