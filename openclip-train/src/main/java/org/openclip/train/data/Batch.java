package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A batch of preprocessed samples.
 *
 * @param images the inputs of the image tower, by name; each has {@link #size} rows
 * @param tokens {@code int64[size, contextLength]} in native byte order
 * @param keys where the samples lie, for messages
 * @param position how many samples of the epoch came before the next batch, those left out
 *     included; an epoch that goes on starts there
 */
public record Batch(
    Map<String, Tensor> images, ByteBuffer tokens, List<String> keys, long position) {
  /** Copies the map and the list. */
  public Batch {
    images = Map.copyOf(images);
    keys = List.copyOf(keys);
  }

  /** Returns the number of samples. */
  public int size() {
    return keys.size();
  }

  /** Returns the token ids of the captions, {@code int64[size, contextLength]}. */
  public Tensor texts() {
    return Tensor.of(DataType.INT64, tokens, size(), tokens.remaining() / 8 / size());
  }
}
