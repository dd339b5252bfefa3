package org.openclip.hub.quantize;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Embeddings;

/**
 * How near the embeddings of two models are, row by row.
 *
 * @param mean the mean of the cosines, at most 1
 * @param worst the least of them
 */
public record Cosines(double mean, double worst) {
  /**
   * Compares embeddings of the same pictures or texts.
   *
   * @throws OpenClipException when there are none, or not as many of each
   */
  public static Cosines of(Embeddings some, Embeddings others) {
    if (some.size() == 0 || some.size() != others.size()) {
      throw new OpenClipException(
          "%s embeddings cannot be compared with %s".formatted(some.size(), others.size()));
    }
    double sum = 0;
    double worst = 1;
    for (int i = 0; i < some.size(); i++) {
      double cosine = cosine(some.row(i), others.row(i));
      sum += cosine;
      // A cosine that is no number is the worst of all.
      worst = cosine >= worst ? worst : cosine;
    }
    return new Cosines(sum / some.size(), worst);
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double lengthA = 0;
    double lengthB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      lengthA += (double) a[i] * a[i];
      lengthB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(lengthA * lengthB);
  }

  /** Returns whether both are at least so near. */
  public boolean reach(Cosines least) {
    return mean >= least.mean && worst >= least.worst;
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mean", mean);
    json.put("worst", worst);
    return json;
  }
}
