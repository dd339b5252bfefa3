package org.openclip.train.generative;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.run.TrainingLoop;

/**
 * Fits a batch of patches and captions to {@link
 * org.openclip.api.model.GenerativeArchitecture#likelihoodGraph}: captions are cut to the longest,
 * and patches are padded to the longest sequence of patches and tokens.
 *
 * @param padId the id of padding
 */
public record PackedTexts(long padId) implements TrainingLoop.Fitting {
  @Override
  public Map<String, Tensor> of(Map<String, Tensor> batch) {
    Tensor texts = need(batch, Architecture.TOKENS);
    Tensor valid = need(batch, Architecture.PATCH_VALID);
    int rows = (int) texts.shape()[0];
    int context = (int) texts.shape()[1];
    int patches = (int) valid.shape()[1];
    long[] ids = texts.toLongs();
    int longest = 1;
    int places = 1;
    for (int row = 0; row < rows; row++) {
      long[] text = Arrays.copyOfRange(ids, row * context, (row + 1) * context);
      int tokens = (int) Arrays.stream(text).filter(id -> id != padId).count();
      longest = Math.max(longest, tokens);
      places = Math.max(places, count(valid, row, patches) + tokens);
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch);
    long[] cut = new long[rows * longest];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(ids, row * context, cut, row * longest, longest);
    }
    inputs.put(Architecture.TOKENS, Tensor.of(cut, rows, longest));
    for (String name :
        new String[] {
          Architecture.PATCHES, Architecture.PATCH_COORDINATES, Architecture.PATCH_VALID
        }) {
      inputs.put(name, resized(need(batch, name), places));
    }
    return inputs;
  }

  private static int count(Tensor valid, int row, int patches) {
    ByteBuffer bytes = valid.data();
    int count = 0;
    for (int i = 0; i < patches; i++) {
      count += bytes.get(row * patches + i);
    }
    return count;
  }

  /** Returns a tensor whose second axis has another length. What is cut off, or added, is zero. */
  private static Tensor resized(Tensor tensor, int length) {
    long[] shape = tensor.shape();
    if (shape[1] == length) {
      return tensor;
    }
    int rows = (int) shape[0];
    int before = Math.toIntExact(tensor.bytes() / rows);
    int after = Math.toIntExact(before / shape[1] * length);
    ByteBuffer from = tensor.data();
    ByteBuffer to = Tensor.allocate((long) rows * after);
    for (int row = 0; row < rows; row++) {
      to.put(row * after, from, row * before, Math.min(before, after));
    }
    long[] resized = shape.clone();
    resized[1] = length;
    return Tensor.of(tensor.type(), to.order(ByteOrder.nativeOrder()), resized);
  }

  private static Tensor need(Map<String, Tensor> batch, String name) {
    return Objects.requireNonNull(batch.get(name), name);
  }
}
