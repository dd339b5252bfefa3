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
import org.openclip.api.image.PatchResampling;
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
 * @param sizes the sizes of patches; the numbers are those of patches of the model's size
 * @param pixels the side length of the patches that images are cut into, one of the sizes
 * @param length the number of patches that each image of a batch is padded to
 * @param longest the largest length of any batch
 */
public record PatchImages(
    ImageAugmenter augmenter, PatchSizes sizes, int pixels, int length, int longest)
    implements ImageInput {
  private static final int HEAD = 2;

  private int numbersOfPatch() {
    return 3 * sizes.own() * sizes.own();
  }

  @Override
  public int numbers() {
    return Math.addExact(HEAD, Math.multiplyExact(longest, numbersOfPatch()));
  }

  @Override
  public void fill(Image image, RandomGenerator random, FloatBuffer out) {
    int head = out.position();
    out.position(head + HEAD);
    PatchGrid grid = cut(image, random, out);
    out.put(head, grid.rows()).put(head + 1, grid.columns());
  }

  private PatchGrid cut(Image image, RandomGenerator random, FloatBuffer out) {
    PatchResampling conversion = sizes.conversion(pixels);
    if (conversion == null) {
      return augmenter.cut(image, pixels, length, random, out);
    }
    FloatBuffer patches = FloatBuffer.allocate(3 * pixels * pixels * length);
    PatchGrid grid = augmenter.cut(image, pixels, length, random, patches);
    patches.flip();
    while (patches.hasRemaining()) {
      conversion.convert(patches, out);
    }
    return grid;
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> images) {
    int row = length * numbersOfPatch() * Float.BYTES;
    ByteBuffer patches = Tensor.allocate((long) images.size() * row);
    List<PatchGrid> grids = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      ByteBuffer image = images.get(i);
      int rows = (int) image.getFloat(0);
      PatchGrid grid = new PatchGrid(rows, (int) image.getFloat(Float.BYTES), sizes.own());
      int bytes = grid.size() * numbersOfPatch() * Float.BYTES;
      patches.put(i * row, image, HEAD * Float.BYTES, bytes);
      grids.add(grid);
    }
    return PatchInputs.of(patches, grids, length);
  }

  @Override
  public ImageInput of(BatchShape shape) {
    int patches = shape.patches() == 0 ? length : shape.patches();
    int side = shape.pixels() == 0 ? pixels : shape.pixels();
    return patches == length && side == pixels
        ? this
        : new PatchImages(augmenter, sizes, side, patches, longest);
  }
}
