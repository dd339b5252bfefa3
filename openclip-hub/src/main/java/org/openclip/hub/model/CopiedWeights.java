package org.openclip.hub.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;

/**
 * Weights of which some are written twice, as the reference's state dict has them.
 *
 * @param once the weights
 * @param copies the names of the copies, with those of what they copy
 */
record CopiedWeights(WeightSource once, Map<String, String> copies) implements WeightSource {
  @Override
  public Map<String, TensorLayout> layout() {
    Map<String, TensorLayout> own = once.layout();
    Map<String, TensorLayout> all = new LinkedHashMap<>(own);
    copies.forEach(
        (copy, source) -> {
          TensorLayout layout = own.get(source);
          if (layout != null) {
            all.put(copy, layout);
          }
        });
    return all;
  }

  @Override
  public Tensor tensor(String name) {
    String source = copies.get(name);
    return once.tensor(source == null ? name : source);
  }
}
