package org.openclip.testkit;

import java.nio.charset.StandardCharsets;
import org.openclip.api.tensor.Tensor;

/** Numbers that follow from a name and an index alone, as the golden README describes them. */
public final class Recipe {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private Recipe() {}

  /** Returns the 64-bit FNV-1a hash of a text in UTF-8. */
  public static long fnv1a(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Returns a number in [-1, 1) with 24 significant bits. */
  public static float uniform(long hash, long index) {
    long z = hash + (index + 1) * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-23f - 1;
  }

  /** Returns {@code picture("KEY")}, {@code float32[n, 3, h, w]}, normalised. */
  public static Tensor picture(String key, int n, int h, int w) {
    long fine = fnv1a("image:" + key);
    long coarse = fnv1a("blocks:" + key);
    float[] values = new float[n * 3 * h * w];
    int i = 0;
    for (int plane = 0; plane < n * 3; plane++) {
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          long block = (plane * 4L + 4 * y / h) * 4 + 4 * x / w;
          values[i] = 0.5f * uniform(fine, i) + 1.5f * uniform(coarse, block);
          i++;
        }
      }
    }
    return Tensor.of(values, n, 3, h, w);
  }
}
