package org.openclip.api.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * The inputs of an image tower that takes images of any shape, each as a list of patches ({@link
 * PatchImageEncoder}). After the last patch of an image, all three inputs are zero.
 */
public final class PatchInputs {
  private PatchInputs() {}

  /**
   * Returns the inputs for a batch.
   *
   * @param patches {@code float32[grids.size(), length, patch * patch * 3]} in native byte order,
   *     zero after the last patch of an image
   * @param grids the grid of patches of each image; all have the same patch size
   * @param length the number of patches that each image is padded to, at least that of the largest
   *     grid
   * @return {@link Architecture#PATCHES}, {@link Architecture#PATCH_COORDINATES} and {@link
   *     Architecture#PATCH_VALID}
   * @throws InvalidInputException when a grid has more patches than {@code length}
   */
  public static Map<String, Tensor> of(ByteBuffer patches, List<PatchGrid> grids, int length) {
    int count = grids.size();
    ByteBuffer places = Tensor.allocate((long) count * length * 2 * Long.BYTES);
    ByteBuffer valid = Tensor.allocate((long) count * length);
    LongBuffer coordinates = places.asLongBuffer();
    for (int i = 0; i < count; i++) {
      PatchGrid grid = grids.get(i);
      if (grid.size() > length) {
        throw new InvalidInputException(
            "image %s has %s x %s patches, but the batch has room for %s"
                .formatted(i, grid.rows(), grid.columns(), length));
      }
      for (int p = 0; p < grid.size(); p++) {
        int at = i * length + p;
        coordinates.put(2 * at, p / grid.columns());
        coordinates.put(2 * at + 1, p % grid.columns());
        valid.put(at, (byte) 1);
      }
    }
    int patch = count == 0 ? 1 : grids.get(0).patch();
    return Map.of(
        Architecture.PATCHES,
        Tensor.of(DataType.FLOAT32, patches, count, length, 3L * patch * patch),
        Architecture.PATCH_COORDINATES,
        Tensor.of(DataType.INT64, places, count, length, 2),
        Architecture.PATCH_VALID,
        Tensor.of(DataType.BOOL, valid, count, length));
  }

  /**
   * Returns the inputs for images that all have one size.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised; height and width are
   *     multiples of the patch size
   * @param patch the side length of a patch, in pixels
   */
  public static Map<String, Tensor> ofPixels(Tensor pixels, int patch) {
    int count = Math.toIntExact(pixels.shape()[0]);
    PatchGrid grid =
        new PatchGrid(
            Math.toIntExact(pixels.shape()[2] / patch),
            Math.toIntExact(pixels.shape()[3] / patch),
            patch);
    ByteBuffer patches = Tensor.allocate(pixels.bytes());
    FloatBuffer in = pixels.data().asFloatBuffer();
    FloatBuffer out = patches.asFloatBuffer();
    int numbers = 3 * grid.height() * grid.width();
    for (int i = 0; i < count; i++) {
      grid.cut(in.position(i * numbers), out);
    }
    return of(patches, Collections.nCopies(count, grid), grid.size());
  }
}
