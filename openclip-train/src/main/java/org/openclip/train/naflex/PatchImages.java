package org.openclip.train.naflex;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.BatchShape;
import org.openclip.train.run.ImageInput;

/**
 * Images of any shape, each as a list of patches (NaFlex). The lists of a batch are padded to the
 * same length, and a mask tells patches from padding. The numbers of an image are the rows and
 * columns of its grid, and then its patches.
 *
 * @param augmenter cuts an image into patches
 * @param patch the side length of a patch, in pixels
 * @param length the number of patches that each image of a batch is padded to
 * @param longest the largest length of any batch
 */
public record PatchImages(ImageAugmenter augmenter, int patch, int length, int longest)
    implements ImageInput {
  private static final int HEAD = 2;

  private int numbersOfPatch() {
    return 3 * patch * patch;
  }

  @Override
  public int numbers() {
    return Math.addExact(HEAD, Math.multiplyExact(longest, numbersOfPatch()));
  }

  @Override
  public void fill(Image image, RandomGenerator random, FloatBuffer out) {
    int head = out.position();
    out.position(head + HEAD);
    PatchGrid grid = augmenter.cut(image, patch, length, random, out);
    out.put(head, grid.rows()).put(head + 1, grid.columns());
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> images) {
    int row = length * numbersOfPatch() * Float.BYTES;
    ByteBuffer patches = Tensor.allocate((long) images.size() * row);
    List<PatchGrid> grids = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      ByteBuffer image = images.get(i);
      int rows = (int) image.getFloat(0);
      PatchGrid grid = new PatchGrid(rows, (int) image.getFloat(Float.BYTES), patch);
      int bytes = grid.size() * numbersOfPatch() * Float.BYTES;
      patches.put(i * row, image, HEAD * Float.BYTES, bytes);
      grids.add(grid);
    }
    return PatchInputs.of(patches, grids, length);
  }

  @Override
  public ImageInput of(BatchShape shape) {
    return shape.patches() == 0 || shape.patches() == length
        ? this
        : new PatchImages(augmenter, patch, shape.patches(), longest);
  }
}
