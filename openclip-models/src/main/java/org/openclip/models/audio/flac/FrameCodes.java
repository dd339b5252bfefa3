package org.openclip.models.audio.flac;

/** The codes of a frame's header for the numbers that occur often. */
final class FrameCodes {
  private static final int[] RATES = {
    0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000
  };
  private static final int[] BITS = {0, 8, 12, -1, 16, 20, 24, 32};

  private FrameCodes() {}

  /** Returns the number of samples of a channel; 0 for a reserved code. */
  static int size(int code, BitReader in) {
    return switch (code) {
      case 0 -> 0;
      case 1 -> 192;
      case 2, 3, 4, 5 -> 576 << (code - 2);
      case 6 -> (int) in.read(8) + 1;
      case 7 -> (int) in.read(16) + 1;
      default -> 256 << (code - 8);
    };
  }

  /** Returns the sample rate; -1 for a reserved code. */
  static int rate(int code, BitReader in, StreamInfo info) {
    return switch (code) {
      case 0 -> info.sampleRate();
      case 12 -> (int) in.read(8) * 1000;
      case 13 -> (int) in.read(16);
      case 14 -> (int) in.read(16) * 10;
      case 15 -> -1;
      default -> RATES[code];
    };
  }

  /** Returns the number of bits of a sample; -1 for a reserved code. */
  static int bits(int code, StreamInfo info) {
    return code == 0 ? info.bits() : BITS[code];
  }
}
