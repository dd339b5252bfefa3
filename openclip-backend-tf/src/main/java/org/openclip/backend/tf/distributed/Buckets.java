package org.openclip.backend.tf.distributed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/**
 * The mean of all processes' gradients. They are sent in buckets, each as soon as its last gradient
 * is there, while the way back goes on (Li et al. 2020, arXiv 2006.15704).
 */
public final class Buckets {
  /** The size that PyTorch's DistributedDataParallel has, too. */
  private static final long BYTES = 25L << 20;

  private final Emitter out;
  private final Collectives collectives;
  private final DataType type;
  private final ToLongFunction<String> size;

  /**
   * Makes ready to write.
   *
   * @param type in which gradients are sent
   * @param size how many numbers a parameter has, by its name
   */
  public Buckets(Emitter out, Collectives collectives, DataType type, ToLongFunction<String> size) {
    this.out = out;
    this.collectives = collectives;
    this.type = type;
    this.size = size;
  }

  /** Returns the means of gradients by parameter, in the same order. */
  public Map<String, Output> means(Map<String, Output> gradients) {
    if (collectives.alone()) {
      return gradients;
    }
    Map<String, Output> means = new LinkedHashMap<>(gradients);
    List<String> bucket = new ArrayList<>();
    long bytes = 0;
    // The way back begins with the last parameters.
    for (String name : List.copyOf(gradients.keySet()).reversed()) {
      long more = type.bytes() * size.applyAsLong(name);
      if (bytes + more > BYTES && !bucket.isEmpty()) {
        send(bucket, gradients, means);
        bucket.clear();
        bytes = 0;
      }
      bucket.add(name);
      bytes += more;
    }
    if (!bucket.isEmpty()) {
      send(bucket, gradients, means);
    }
    return means;
  }

  private void send(List<String> names, Map<String, Output> gradients, Map<String, Output> means) {
    Flat flat =
        Flat.of(
            out, names.stream().map(name -> Objects.requireNonNull(gradients.get(name))).toList());
    Output sum = collectives.sum(out.cast(flat.joined(), DataType.FLOAT32, type));
    Output mean =
        collectives.scaled(out.cast(sum, type, DataType.FLOAT32), 1.0 / collectives.size());
    List<Output> parts = flat.split(out, mean);
    for (int i = 0; i < names.size(); i++) {
      means.put(names.get(i), parts.get(i));
    }
  }
}
