package org.openclip.hub.runtime;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** Reads what a tower's program has returned. */
public final class FeatureRows {
  private FeatureRows() {}

  /**
   * Returns the features as numbers, row by row.
   *
   * @throws OpenClipException when a backend did not return {@code FLOAT32[count, width]}
   */
  public static FloatBuffer read(Map<String, Tensor> outputs, int count, int width) {
    Tensor features = outputs.get(Architecture.FEATURES);
    if (features == null
        || features.type() != DataType.FLOAT32
        || !Arrays.equals(features.shape(), new long[] {count, width})) {
      throw new OpenClipException(
          "the backend returned %s as features, but must return FLOAT32[%s, %s]"
              .formatted(features, count, width));
    }
    return features.data().asFloatBuffer();
  }
}
