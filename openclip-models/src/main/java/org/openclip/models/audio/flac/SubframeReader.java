package org.openclip.models.audio.flac;

import java.util.Arrays;

/**
 * Reads the samples of one channel of a frame: a prediction from the samples before, and what it
 * misses.
 *
 * @param bits of a sample
 * @param size the number of samples
 */
record SubframeReader(BitReader source, int bits, int size) {
  private static final int FIXED = 8;
  private static final int MOST_FIXED = 12;
  private static final int LINEAR = 32;

  /** The coefficients of the fixed predictors: of the last sample first. */
  private static final int[][] PREDICTORS = {{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};

  long[] read() {
    if (source.read(1) != 0) {
      throw source.damaged("has a channel that does not begin with a zero");
    }
    int type = (int) source.read(6);
    int wasted = source.read(1) == 0 ? 0 : source.readUnary() + 1;
    if (wasted >= bits) {
      throw source.damaged("has a channel of %s bits without %s of them".formatted(bits, wasted));
    }
    long[] samples = new SubframeReader(source, bits - wasted, size).samples(type);
    if (wasted > 0) {
      for (int i = 0; i < size; i++) {
        samples[i] <<= wasted;
      }
    }
    return samples;
  }

  private long[] samples(int type) {
    long[] samples = new long[size];
    if (type == 0) {
      Arrays.fill(samples, source.readSigned(bits));
    } else if (type == 1) {
      warmUp(samples, size);
    } else if (type >= FIXED && type <= MOST_FIXED) {
      int order = type - FIXED;
      warmUp(samples, order);
      predicted(samples, PREDICTORS[order], 0);
    } else if (type >= LINEAR) {
      int order = type - LINEAR + 1;
      warmUp(samples, order);
      linear(samples, order);
    } else {
      throw source.damaged("has a channel of the unknown kind " + type);
    }
    return samples;
  }

  private void warmUp(long[] samples, int count) {
    if (count > size) {
      throw source.damaged("predicts %s samples from %s".formatted(size, count));
    }
    for (int i = 0; i < count; i++) {
      samples[i] = source.readSigned(bits);
    }
  }

  private void linear(long[] samples, int order) {
    int precision = (int) source.read(4) + 1;
    int shift = (int) source.readSigned(5);
    if (precision > 15 || shift < 0) {
      throw source.damaged("has a predictor of %s bits, shifted by %s".formatted(precision, shift));
    }
    int[] coefficients = new int[order];
    for (int i = 0; i < order; i++) {
      coefficients[i] = (int) source.readSigned(precision);
    }
    predicted(samples, coefficients, shift);
  }

  private void predicted(long[] samples, int[] coefficients, int shift) {
    int order = coefficients.length;
    new Residual(source, size, order).read(samples);
    for (int i = order; i < size; i++) {
      long sum = 0;
      for (int j = 0; j < order; j++) {
        sum += coefficients[j] * samples[i - 1 - j];
      }
      samples[i] += sum >> shift;
    }
  }
}
