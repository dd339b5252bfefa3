package org.openclip.train.run;

import java.util.Map;
import java.util.Objects;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.Tensor;

/**
 * Feeds {@link LossProvider#TEXT_KEYS}: a 64-bit hash of the tokens of each caption. Captions that
 * a model cannot tell apart, because they have the same tokens, have the same key.
 */
public final class TextKeys implements TrainingLoop.Extras {
  /** Creates the step. */
  public TextKeys() {}

  @Override
  public Map<String, Tensor> of(Map<String, Tensor> batch) {
    return Map.of(
        LossProvider.TEXT_KEYS, keys(Objects.requireNonNull(batch.get(Architecture.TOKENS))));
  }

  /**
   * Returns the keys of texts.
   *
   * @param tokens {@code int64[batch, length]}
   * @return {@code int64[batch, 1]}
   */
  static Tensor keys(Tensor tokens) {
    int length = Math.toIntExact(tokens.shape()[1]);
    long[] ids = tokens.toLongs();
    long[] keys = new long[ids.length / length];
    for (int row = 0; row < keys.length; row++) {
      long hash = 0;
      for (int i = row * length; i < (row + 1) * length; i++) {
        hash = mixed(hash + ids[i] + 0x9e3779b97f4a7c15L);
      }
      keys[row] = hash;
    }
    return Tensor.of(keys, keys.length, 1);
  }

  /** The finaliser of splitmix64 (Steele et al. 2014), which maps one to one. */
  private static long mixed(long number) {
    long z = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
