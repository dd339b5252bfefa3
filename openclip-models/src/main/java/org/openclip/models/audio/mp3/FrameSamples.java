package org.openclip.models.audio.mp3;

import java.util.Arrays;
import javazoom.jl.decoder.Obuffer;

/** Takes what JLayer decodes, before it rounds it to 16 bits, as the mean of the channels. */
final class FrameSamples extends Obuffer {
  /** The number by which JLayer multiplies samples. */
  private static final float SCALE = 32700;

  private final float[][] frame = new float[MAXCHANNELS][OBUFFERSIZE];
  private final int[] filled = new int[MAXCHANNELS];
  private float[] samples = new float[1 << 16];
  private int count;

  @Override
  public void appendSamples(int channel, float[] values) {
    System.arraycopy(values, 0, frame[channel], filled[channel], values.length);
    filled[channel] += values.length;
  }

  /** Adds the frame to the sound. */
  void endFrame(int channels) {
    int more = filled[0];
    if (count + more > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(count + more, Math.addExact(count, count / 2)));
    }
    for (int i = 0; i < more; i++) {
      float sum = frame[0][i];
      for (int c = 1; c < channels; c++) {
        sum += frame[c][i];
      }
      samples[count++] = sum / (channels * SCALE);
    }
    Arrays.fill(filled, 0);
  }

  float[] toArray() {
    return Arrays.copyOf(samples, count);
  }

  @Override
  public void append(int channel, short value) {
    throw new IllegalStateException("JLayer appends many samples at a time");
  }

  @Override
  public void write_buffer(int value) {}

  @Override
  public void close() {}

  @Override
  public void clear_buffer() {}

  @Override
  public void set_stop_flag() {}
}
