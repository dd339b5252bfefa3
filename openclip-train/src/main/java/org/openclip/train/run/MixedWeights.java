package org.openclip.train.run;

import java.util.Arrays;
import java.util.Set;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Interpolates between the weights before and after a training (WiSE-FT, Wortsman et al. 2021,
 * arXiv 2109.01903). They are computed when they are read.
 *
 * @param start where the training started; all names are its
 * @param end what was trained, under some of the names; all others stay as they were
 * @param share of the end, from 0 to 1
 */
public record MixedWeights(Weights start, Weights end, double share) implements Weights {
  /** Checks the share. */
  public MixedWeights {
    if (!(share >= 0 && share <= 1)) {
      throw new InvalidInputException("a share of weights must be from 0 to 1, not " + share);
    }
  }

  @Override
  public Set<String> names() {
    return start.names();
  }

  @Override
  public Tensor get(String name) {
    Tensor from = start.get(name);
    if (share == 0 || !end.names().contains(name)) {
      return from;
    }
    Tensor to = end.get(name);
    if (share == 1 || !from.type().floating()) {
      return to;
    }
    if (!Arrays.equals(from.shape(), to.shape())) {
      throw new InvalidInputException(
          "%s has shapes %s and %s, but mixing needs equal shapes"
              .formatted(name, Arrays.toString(from.shape()), Arrays.toString(to.shape())));
    }
    float[] a = from.toFloats();
    float[] b = to.toFloats();
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) ((1 - share) * a[i] + share * b[i]);
    }
    return Tensor.of(a, from.shape());
  }
}
