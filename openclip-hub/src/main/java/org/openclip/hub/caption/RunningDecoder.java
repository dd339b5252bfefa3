package org.openclip.hub.caption;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.backend.Program;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;

/** A decoder of captions that looks at some pictures. Not safe for many threads. */
public final class RunningDecoder implements Continuation {
  private final Program program;
  private final Map<String, Tensor> pictures;
  private final int batchSize;

  /** The last rows that were gathered, and for which pictures. */
  private int[] gatheredFor = {};

  private Map<String, Tensor> gathered = Map.of();

  /**
   * Creates a decoder over a running program.
   *
   * @param program of {@link Architecture#captionGraph}
   * @param pictures the program's inputs without the tokens, with a row for each picture
   * @param batchSize how many beginnings may run at once
   */
  public RunningDecoder(Program program, Map<String, Tensor> pictures, int batchSize) {
    this.program = program;
    this.pictures = Map.copyOf(pictures);
    this.batchSize = batchSize;
  }

  @Override
  public float[][] next(List<long[]> beginnings, int[] about) {
    float[][] next = new float[about.length][];
    for (int from = 0; from < about.length; from += batchSize) {
      InterruptedCallException.check("captions were written");
      int to = Math.min(about.length, from + batchSize);
      Tensor logits = run(beginnings.subList(from, to), Arrays.copyOfRange(about, from, to));
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
   * @param about for each beginning, the index of its picture
   * @return {@code float32[beginnings, length, vocabulary]}
   */
  public Tensor run(List<long[]> beginnings, int[] about) {
    int length = beginnings.get(0).length;
    long[] ids = beginnings.stream().flatMapToLong(Arrays::stream).toArray();
    Map<String, Tensor> inputs = new HashMap<>(gather(about));
    inputs.put(Architecture.TOKENS, Tensor.of(ids, about.length, length));
    return Objects.requireNonNull(program.run(inputs).get(Architecture.CAPTION_LOGITS));
  }

  /** Returns the rows of each beginning's picture. */
  private Map<String, Tensor> gather(int[] about) {
    if (!Arrays.equals(gatheredFor, about)) {
      Map<String, Tensor> fresh = new HashMap<>();
      pictures.forEach((name, tensor) -> fresh.put(name, Rows.of(tensor, about)));
      gathered = fresh;
      gatheredFor = about;
    }
    return gathered;
  }
}
