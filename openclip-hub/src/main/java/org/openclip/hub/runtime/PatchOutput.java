package org.openclip.hub.runtime;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;

/**
 * An output of a program with a matrix for each image.
 *
 * @param images how many
 * @param rows rows of each matrix
 * @param columns columns of each matrix
 * @param values all of them
 */
@SuppressWarnings("ArrayRecordComponent") // only read
record PatchOutput(int images, int rows, int columns, float[] values) {
  static PatchOutput of(Map<String, Tensor> outputs, String name) {
    Tensor tensor = Objects.requireNonNull(outputs.get(name));
    long[] shape = tensor.shape();
    return new PatchOutput(
        Math.toIntExact(shape[0]),
        Math.toIntExact(shape[1]),
        Math.toIntExact(shape[2]),
        tensor.toFloats());
  }

  private float[] matrix(int image) {
    int size = rows * columns;
    return Arrays.copyOfRange(values, image * size, (image + 1) * size);
  }

  /** Returns one row for each row of an image's matrix. */
  Embeddings embeddings(int image) {
    return Embeddings.of(columns, matrix(image));
  }

  /** Returns {@code float32[rows, columns]} of an image. */
  Tensor tensor(int image) {
    return Tensor.of(matrix(image), rows, columns);
  }
}
