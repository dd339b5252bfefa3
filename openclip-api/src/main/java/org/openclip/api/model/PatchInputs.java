package org.openclip.api.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * The inputs of a tower that takes images of any shape or sounds of any length, each as a list of
 * patches ({@link PatchImageEncoder}, {@link PatchAudioEncoder}). After the last patch of an image
 * or sound, all three inputs are zero.
 */
public final class PatchInputs {
  private PatchInputs() {}

  /**
   * The inputs of a graph.
   *
   * @param patches {@code float[batch, length, numbers]}
   * @param coordinates {@code int64[batch, length, 2]}
   * @param valid {@code bool[batch, length]}
   */
  record Values(Value patches, Value coordinates, Value valid) {}

  /**
   * Adds the inputs to a graph.
   *
   * @param length the number of patches
   * @param numbers the number of numbers of a patch
   */
  static Values write(GraphBuilder g, Dim length, long numbers) {
    return new Values(
        g.input(Architecture.PATCHES, DataType.FLOAT32, Dim.BATCH, length, Dim.of(numbers)),
        g.input(Architecture.PATCH_COORDINATES, DataType.INT64, Dim.BATCH, length, Dim.of(2)),
        g.input(Architecture.PATCH_VALID, DataType.BOOL, Dim.BATCH, length));
  }

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
    int patch = grids.isEmpty() ? 1 : grids.get(0).patch();
    return of(patches, grids, length, 3L * patch * patch);
  }

  /** Returns the inputs for the patches of sounds, which are padded to the most of one of them. */
  public static Map<String, Tensor> of(List<AudioPatches> sounds) {
    return of(sounds, sounds.stream().mapToInt(AudioPatches::size).max().orElse(1));
  }

  /**
   * Returns the inputs for the patches of sounds.
   *
   * @param length the number of patches that each sound is padded to, at least that of the longest
   * @throws InvalidInputException when a sound has more patches than {@code length}
   */
  public static Map<String, Tensor> of(List<AudioPatches> sounds, int length) {
    int numbers = sounds.isEmpty() ? 1 : sounds.get(0).numbers();
    List<PatchGrid> grids =
        sounds.stream().map(sound -> new PatchGrid(sound.rows(), sound.columns(), 1)).toList();
    checkRoom(grids, length);
    ByteBuffer patches = Tensor.allocate((long) sounds.size() * length * numbers * Float.BYTES);
    FloatBuffer out = patches.asFloatBuffer();
    for (int i = 0; i < sounds.size(); i++) {
      out.put(i * length * numbers, sounds.get(i).values());
    }
    return of(patches, grids, length, numbers);
  }

  private static void checkRoom(List<PatchGrid> grids, int length) {
    for (int i = 0; i < grids.size(); i++) {
      PatchGrid grid = grids.get(i);
      if (grid.size() > length) {
        throw new InvalidInputException(
            "input %s has %s x %s patches, but the batch has room for %s"
                .formatted(i, grid.rows(), grid.columns(), length));
      }
    }
  }

  private static Map<String, Tensor> of(
      ByteBuffer patches, List<PatchGrid> grids, int length, long numbers) {
    checkRoom(grids, length);
    int count = grids.size();
    ByteBuffer places = Tensor.allocate((long) count * length * 2 * Long.BYTES);
    ByteBuffer valid = Tensor.allocate((long) count * length);
    LongBuffer coordinates = places.asLongBuffer();
    for (int i = 0; i < count; i++) {
      PatchGrid grid = grids.get(i);
      for (int p = 0; p < grid.size(); p++) {
        int at = i * length + p;
        coordinates.put(2 * at, p / grid.columns());
        coordinates.put(2 * at + 1, p % grid.columns());
        valid.put(at, (byte) 1);
      }
    }
    return Map.of(
        Architecture.PATCHES,
        Tensor.of(DataType.FLOAT32, patches, count, length, numbers),
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
