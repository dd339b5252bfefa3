package org.openclip.models.audio.flac;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The MD5 of all samples, by which a FLAC file is proved whole. */
final class SoundDigest {
  private final StreamInfo info;
  private final MessageDigest md5;

  SoundDigest(StreamInfo info) {
    this.info = info;
    try {
      md5 = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  /** Adds a frame: sample by sample, each with its channels, in whole bytes from the lowest. */
  void add(long[][] channels) {
    int width = (info.bits() + 7) / 8;
    byte[] bytes = new byte[channels.length * channels[0].length * width];
    int at = 0;
    for (int i = 0; i < channels[0].length; i++) {
      for (long[] channel : channels) {
        for (int b = 0; b < width; b++) {
          bytes[at++] = (byte) (channel[i] >> (8 * b));
        }
      }
    }
    md5.update(bytes);
  }

  /** Compares it with the stored one, if there is one. */
  void check(BitReader in) {
    byte[] stored = info.md5();
    if (!Arrays.equals(stored, new byte[stored.length]) && !Arrays.equals(stored, md5.digest())) {
      throw in.damaged("is damaged: the MD5 of its samples differs from the stored one");
    }
  }
}
