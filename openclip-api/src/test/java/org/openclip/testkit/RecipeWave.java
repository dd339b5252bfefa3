package org.openclip.testkit;

import java.nio.charset.StandardCharsets;

/** Sounds by a recipe: a tone, a rising one and noise, as 16-bit numbers at 16 kHz. */
public final class RecipeWave {
  private RecipeWave() {}

  /**
   * Returns a sound as 16-bit numbers.
   *
   * @param key names the sound
   */
  public static short[] numbers(String key, int count) {
    short[] numbers = new short[count];
    long hash = 0xcbf29ce484222325L;
    for (byte b : ("wave:" + key).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    for (int i = 0; i < count; i++) {
      double tone = 0.3 * Math.sin(2 * Math.PI * 440 * i / 16000);
      double rising = 0.2 * Math.sin(2 * Math.PI * (200 + 3000.0 * i / count) * i / 16000);
      numbers[i] = (short) Math.rint((tone + rising + 0.05 * uniform(hash, i)) * 32767);
    }
    return numbers;
  }

  /** Returns the same from -1 to 1. */
  public static float[] samples(String key, int count) {
    short[] numbers = numbers(key, count);
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = numbers[i] / 32768f;
    }
    return samples;
  }

  private static float uniform(long hash, long index) {
    long z = hash + (index + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-23f - 1;
  }
}
