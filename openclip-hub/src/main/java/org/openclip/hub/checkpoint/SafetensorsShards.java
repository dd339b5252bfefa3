package org.openclip.hub.checkpoint;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.openclip.api.UnknownNameException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** The tensors of all files together. */
record SafetensorsShards(Map<String, String> shardOf, Map<String, Weights> open)
    implements Weights {
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(shardOf.keySet());
  }

  @Override
  public Tensor get(String name) {
    String shard = shardOf.get(name);
    Weights weights = shard == null ? null : open.get(shard);
    if (weights == null) {
      throw new UnknownNameException("weight", name, shardOf.keySet(), "");
    }
    return weights.get(name);
  }

  @Override
  public void close() {
    open.values().forEach(Weights::close);
  }
}
