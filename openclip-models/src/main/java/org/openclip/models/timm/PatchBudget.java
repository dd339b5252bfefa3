package org.openclip.models.timm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * How many patches an image may have: one bound for all, or the steps of FG-CLIP 2 (Xie et al.
 * 2025, arXiv 2510.10921), by which a small image is not enlarged far.
 *
 * @param steps the bounds, rising; empty when the configuration has none
 */
@SuppressWarnings("ArrayRecordComponent")
record PatchBudget(int[] steps) {
  /** Reads {@code image_seq_len}, or {@code image_seq_lens} with several bounds. */
  static PatchBudget of(ConfigReader reader) {
    double @Nullable [] several = reader.numbers("image_seq_lens");
    int one = reader.has("image_seq_len") ? reader.positive("image_seq_len", 1) : 0;
    if (several == null) {
      return new PatchBudget(one == 0 ? new int[0] : new int[] {one});
    }
    int[] steps = Arrays.stream(several).mapToInt(n -> (int) n).toArray();
    for (int i = 0; i < steps.length; i++) {
      if (one != 0 || steps[i] != several[i] || steps[i] < (i == 0 ? 1 : steps[i - 1] + 1)) {
        throw new InvalidConfigException(
            reader.at("image_seq_lens"),
            "is "
                + Arrays.toString(several)
                + ", but must be whole numbers from 1 that rise, without image_seq_len");
      }
    }
    return new PatchBudget(steps);
  }

  /** Returns the largest number of patches of any image; 0 when the configuration has none. */
  int most() {
    return steps.length == 0 ? 0 : steps[steps.length - 1];
  }

  /** Returns the first bound that the whole patches of an image do not exceed, else the last. */
  int of(int height, int width, int patch) {
    long whole = (long) (height / patch) * (width / patch);
    return Arrays.stream(steps).filter(step -> step >= whole).findFirst().orElse(most());
  }
}
