package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.util.List;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A batch of preprocessed samples.
 *
 * @param pixels {@code float32[size, pixels]} in native byte order
 * @param tokens {@code int64[size, contextLength]} in native byte order
 * @param keys where the samples lie, for messages
 * @param position how many samples of the epoch came before the next batch, those left out
 *     included; an epoch that goes on starts there
 */
public record Batch(ByteBuffer pixels, ByteBuffer tokens, List<String> keys, long position) {
  /** Copies the list. */
  public Batch {
    keys = List.copyOf(keys);
  }

  /** Returns the number of samples. */
  public int size() {
    return keys.size();
  }

  /** Returns the images, {@code float32[size, 3, height, width]}. */
  public Tensor images(int height, int width) {
    return Tensor.of(DataType.FLOAT32, pixels, size(), 3, height, width);
  }

  /** Returns the token ids of the captions, {@code int64[size, contextLength]}. */
  public Tensor texts() {
    return Tensor.of(DataType.INT64, tokens, size(), tokens.remaining() / 8 / size());
  }
}
