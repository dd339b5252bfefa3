package org.openclip.hub.testkit;

import java.util.Arrays;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.model.FreshWeights;

/** Tensors by the recipe of the golden README, for names that no architecture has. */
public final class RecipeTensors {
  private RecipeTensors() {}

  /**
   * Returns a tensor.
   *
   * @param name its name in the state dict
   * @param json its shape, as a list
   */
  public static Tensor of(String name, Object json) {
    long[] shape = Arrays.stream(Goldens.doubles(json)).mapToLong(n -> (long) n).toArray();
    int count = Math.toIntExact(Tensor.count(shape));
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    long hash = FreshWeights.fnv1a(name);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = value(leaf, shape, count, FreshWeights.uniform(hash, i));
    }
    return Tensor.of(values, shape);
  }

  private static float value(String leaf, long[] shape, int count, float u) {
    if (leaf.equals("logit_scale")) {
      return (float) Math.log(1 / 0.07);
    }
    if (leaf.equals("logit_bias")) {
      return -10;
    }
    if (leaf.equals("running_var")) {
      return 1 + 0.5f * Math.abs(u);
    }
    if (leaf.startsWith("gamma")) {
      return 0.5f * u;
    }
    if (shape.length > 0 && count > shape[0]) {
      return (float) (u * Math.sqrt(3.0 * shape[0] / count));
    }
    return leaf.equals("weight") || leaf.equals("scale") ? 1 + 0.1f * u : 0.1f * u;
  }
}
