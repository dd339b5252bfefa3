package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Pictures of any shape as lists of patches (NaFlex). A batch is as long as its longest list; what
 * fills up the others is marked as no patch. A picture's place holds its grid's rows and columns
 * before its patches.
 */
public final class PatchLists implements PictureInput {
  private static final int HEAD = 2 * Integer.BYTES;

  private final int patch;
  private final PatchImageEncoder encoder;
  private final int numbers;

  PatchLists(PatchImageEncoder encoder) {
    this.encoder = encoder;
    patch = encoder.patchSize();
    numbers = 3 * patch * patch;
  }

  @Override
  public int bytes() {
    return Math.toIntExact(HEAD + (long) encoder.maxPatches() * numbers * Float.BYTES);
  }

  @Override
  public void fill(Image image, ImagePreprocessor preprocessor, ByteBuffer place) {
    FloatBuffer patches =
        place.slice(HEAD, place.limit() - HEAD).order(place.order()).asFloatBuffer();
    int most = encoder.maxPatches(image.height(), image.width());
    PatchGrid grid = preprocessor.cut(image, patch, most, patches);
    place.putInt(0, grid.rows()).putInt(Integer.BYTES, grid.columns());
  }

  @Override
  public Map<String, Tensor> of(ByteBuffer places, int count) {
    List<PatchGrid> grids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int rows = places.getInt(i * bytes());
      grids.add(new PatchGrid(rows, places.getInt(i * bytes() + Integer.BYTES), patch));
    }
    int length = grids.stream().mapToInt(PatchGrid::size).max().orElse(0);
    int row = length * numbers * Float.BYTES;
    ByteBuffer patches = Tensor.allocate((long) count * row);
    for (int i = 0; i < count; i++) {
      int size = grids.get(i).size() * numbers * Float.BYTES;
      patches.put(i * row, places, i * bytes() + HEAD, size);
    }
    return inputs(patches, grids, length);
  }

  @Override
  public Map<String, Tensor> ofPixels(Tensor pixels) {
    int count = Math.toIntExact(pixels.shape()[0]);
    int rows = Math.toIntExact(pixels.shape()[2] / patch);
    PatchGrid grid = new PatchGrid(rows, Math.toIntExact(pixels.shape()[3] / patch), patch);
    ByteBuffer patches = Tensor.allocate(pixels.bytes());
    FloatBuffer in = pixels.data().asFloatBuffer();
    FloatBuffer out = patches.asFloatBuffer();
    int size = grid.size() * numbers;
    List<PatchGrid> grids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      grid.cut(in.position(i * size), out);
      grids.add(grid);
    }
    return inputs(patches, grids, grid.size());
  }

  private Map<String, Tensor> inputs(ByteBuffer patches, List<PatchGrid> grids, int length) {
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

  @Override
  public void check(Tensor pixels) {
    long[] shape = pixels.shape();
    boolean pictures = pixels.type() == DataType.FLOAT32 && shape.length == 4 && shape[1] == 3;
    if (!pictures
        || shape[2] < patch
        || shape[3] < patch
        || shape[2] % patch != 0
        || shape[3] % patch != 0) {
      throw new InvalidInputException(
          "pixels are %s, but must be FLOAT32[n, 3, height, width] with sides that are multiples of the patch size %s"
              .formatted(pixels, patch));
    }
  }
}
