package org.openclip.models.audio.flac;

import java.util.Arrays;

/** The mean of the channels, from -1 to 1. It grows with what was decoded, not as announced. */
final class MonoSamples {
  private final double scale;
  private float[] samples = new float[1 << 16];
  private int count;

  MonoSamples(StreamInfo info) {
    scale = 1 / (info.channels() * Math.scalb(1.0, info.bits() - 1));
  }

  int count() {
    return count;
  }

  void add(long[][] channels) {
    int more = channels[0].length;
    if (count + more > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(count + more, Math.addExact(count, count / 2 + 1)));
    }
    for (int i = 0; i < more; i++) {
      long sum = 0;
      for (long[] channel : channels) {
        sum += channel[i];
      }
      samples[count++] = (float) (sum * scale);
    }
  }

  float[] toArray() {
    return Arrays.copyOf(samples, count);
  }
}
