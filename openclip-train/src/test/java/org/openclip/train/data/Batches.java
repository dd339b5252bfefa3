package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** Batches whose images are rows of numbers. */
public final class Batches {
  private static final String NUMBERS = "numbers";

  private Batches() {}

  /** Returns prepared images as a tensor {@code float32[n, count]}. */
  public static Map<String, Tensor> numbers(List<ByteBuffer> prepared, int count) {
    ByteBuffer all = Tensor.allocate(4L * count * prepared.size());
    prepared.forEach(each -> all.put(each.duplicate().limit(4 * count)));
    return Map.of(NUMBERS, Tensor.of(DataType.FLOAT32, all.flip(), prepared.size(), count));
  }

  /** Returns the numbers of such a batch, in native byte order. */
  public static ByteBuffer numbers(Batch batch) {
    return Objects.requireNonNull(batch.images().get(NUMBERS)).data();
  }
}
