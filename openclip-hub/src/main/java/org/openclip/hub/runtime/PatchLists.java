package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.PatchInputs;
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
    return PatchInputs.of(patches, grids, length);
  }

  @Override
  public Map<String, Tensor> ofPixels(Tensor pixels) {
    return PatchInputs.ofPixels(pixels, patch);
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
