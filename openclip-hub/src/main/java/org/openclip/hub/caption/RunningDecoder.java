package org.openclip.hub.caption;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.backend.Program;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;

/** A decoder of captions that looks at some pictures. Not safe for many threads. */
public final class RunningDecoder implements Continuation {
  private final Program program;
  private final Tensor imageTokens;
  private final int batchSize;

  /** The last rows of image tokens that were gathered, and for which pictures. */
  private int[] gatheredFor = {};

  private @Nullable Tensor gathered;

  /**
   * Creates a decoder over a running program.
   *
   * @param program of {@link Architecture#captionGraph}
   * @param imageTokens what the image tower offers of the pictures, {@code float32[n, places,
   *     width]}
   * @param batchSize how many beginnings may run at once
   */
  public RunningDecoder(Program program, Tensor imageTokens, int batchSize) {
    this.program = program;
    this.imageTokens = imageTokens;
    this.batchSize = batchSize;
  }

  @Override
  public float[][] next(List<long[]> beginnings, int[] pictures) {
    float[][] next = new float[pictures.length][];
    for (int from = 0; from < pictures.length; from += batchSize) {
      InterruptedCallException.check("captions were written");
      int to = Math.min(pictures.length, from + batchSize);
      Tensor logits = run(beginnings.subList(from, to), Arrays.copyOfRange(pictures, from, to));
      int length = Math.toIntExact(logits.shape()[1]);
      int vocabulary = Math.toIntExact(logits.shape()[2]);
      for (int i = from; i < to; i++) {
        float[] row = new float[vocabulary];
        int at = ((i - from) * length + length - 1) * vocabulary;
        logits.data().asFloatBuffer().get(at, row);
        next[i] = row;
      }
    }
    return next;
  }

  /**
   * Runs the decoder once.
   *
   * @param beginnings ids, all of one length
   * @param pictures for each beginning, the index of its picture
   * @return {@code float32[beginnings, length, vocabulary]}
   */
  public Tensor run(List<long[]> beginnings, int[] pictures) {
    int length = beginnings.get(0).length;
    long[] ids = beginnings.stream().flatMapToLong(Arrays::stream).toArray();
    Map<String, Tensor> inputs =
        Map.of(
            Architecture.IMAGE_TOKENS,
            gather(pictures),
            Architecture.TOKENS,
            Tensor.of(ids, pictures.length, length));
    return Objects.requireNonNull(program.run(inputs).get(Architecture.CAPTION_LOGITS));
  }

  /** Returns the image tokens of each beginning's picture. */
  private Tensor gather(int[] pictures) {
    Tensor last = gathered;
    if (last != null && Arrays.equals(gatheredFor, pictures)) {
      return last;
    }
    Tensor fresh = Rows.of(imageTokens, pictures);
    gathered = fresh;
    gatheredFor = pictures;
    return fresh;
  }
}
