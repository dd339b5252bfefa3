package org.openclip.models.audio.flac;

/**
 * What a FLAC file says of its sound.
 *
 * @param sampleRate the number of samples of a second
 * @param channels the number of channels, 1 to 8
 * @param bits the number of bits of a sample, 4 to 32
 * @param samples the number of samples of a channel; 0 when it is unknown
 * @param md5 the MD5 of all samples; zeros when it is unknown
 */
@SuppressWarnings("ArrayRecordComponent")
record StreamInfo(int sampleRate, int channels, int bits, long samples, byte[] md5) {
  static final int BYTES = 34;

  private static final int SIZES = 80;
  private static final int MD5 = 16;

  static StreamInfo read(BitReader in) {
    in.skip(SIZES);
    int rate = (int) in.read(20);
    int channels = (int) in.read(3) + 1;
    int bits = (int) in.read(5) + 1;
    long samples = in.read(36);
    byte[] md5 = new byte[MD5];
    for (int i = 0; i < MD5; i++) {
      md5[i] = (byte) in.read(8);
    }
    if (rate == 0 || bits < 4) {
      throw in.damaged("has %s bits at %s Hz, which is no sound".formatted(bits, rate));
    }
    return new StreamInfo(rate, channels, bits, samples, md5);
  }
}
