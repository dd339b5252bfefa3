package org.openclip.hub.caption;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.openclip.api.graph.Incremental;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A decoder that keeps the keys and values of the tokens so far, so that each call computes one
 * token of each caption. A beginning goes on from what the call before kept of the same beginning
 * without its last token; where nothing was kept, that is computed first. Not safe for many
 * threads.
 */
public final class SteppingDecoder implements Continuation {
  private final StepPrograms programs;
  private final int batchSize;

  /** What all steps read, one row for each picture. */
  private final Map<String, Tensor> kept;

  private Map<Beginning, Place> places = new HashMap<>();
  private long runs;
  private int[] gatheredFor = {};
  private Map<String, Tensor> gathered = Map.of();

  /** The tokens of a caption so far. */
  private record Beginning(int picture, LongBuffer tokens) {
    static Beginning of(int picture, long[] tokens, int length) {
      return new Beginning(picture, LongBuffer.wrap(tokens, 0, length));
    }
  }

  /**
   * The caches that one run left, with a row for each beginning.
   *
   * @param number of the run, by which runs are told apart
   */
  private record Run(long number, Map<String, Tensor> caches, int size) {}

  /** The caches of one beginning. */
  private record Place(Run run, int row) {
    boolean in(Run other) {
      return run.number == other.number;
    }
  }

  /**
   * Creates a decoder that looks at some pictures.
   *
   * @param pictures the caption graph's inputs without the tokens, with a row for each picture
   * @param batchSize how many beginnings may run at once
   */
  public SteppingDecoder(StepPrograms programs, Map<String, Tensor> pictures, int batchSize) {
    this.programs = programs;
    this.batchSize = batchSize;
    this.kept = programs.once() == null ? Map.of() : programs.once().run(pictures);
  }

  @Override
  public float[][] next(List<long[]> beginnings, int[] pictures) {
    int past = beginnings.getFirst().length - 1;
    boolean known =
        past == 0
            || IntStream.range(0, pictures.length)
                .allMatch(
                    i -> places.containsKey(Beginning.of(pictures[i], beginnings.get(i), past)));
    if (!known) {
      next(beginnings.stream().map(tokens -> Arrays.copyOf(tokens, past)).toList(), pictures);
    }
    Map<Beginning, Place> after = new HashMap<>();
    float[][] logits = new float[pictures.length][];
    for (int from = 0; from < pictures.length; from += batchSize) {
      int to = Math.min(pictures.length, from + batchSize);
      List<long[]> some = beginnings.subList(from, to);
      int[] own = Arrays.copyOfRange(pictures, from, to);
      Map<String, Tensor> outputs = programs.step().run(inputs(some, own, past));
      Run run = new Run(runs++, outputs, own.length);
      for (int i = 0; i < own.length; i++) {
        after.put(Beginning.of(own[i], some.get(i), past + 1), new Place(run, i));
        logits[from + i] = row(outputs, i);
      }
    }
    places = after;
    return logits;
  }

  private static float[] row(Map<String, Tensor> outputs, int row) {
    Tensor logits = Objects.requireNonNull(outputs.get(Architecture.CAPTION_LOGITS));
    int vocabulary = Math.toIntExact(logits.shape()[2]);
    float[] values = new float[vocabulary];
    logits.data().asFloatBuffer().get(row * vocabulary, values);
    return values;
  }

  private Map<String, Tensor> inputs(List<long[]> beginnings, int[] pictures, int past) {
    Map<String, Tensor> inputs = new HashMap<>(picturesOf(pictures));
    long[] ids = beginnings.stream().flatMapToLong(Arrays::stream).toArray();
    inputs.put(Architecture.TOKENS, Tensor.of(ids, pictures.length, past + 1L));
    List<Place> from = new ArrayList<>();
    for (int i = 0; i < pictures.length && past > 0; i++) {
      Beginning before = Beginning.of(pictures[i], beginnings.get(i), past);
      from.add(Objects.requireNonNull(places.get(before)));
    }
    for (Incremental.Cache cache : programs.caches()) {
      inputs.put(
          cache.past(),
          past == 0
              ? Tensor.of(DataType.FLOAT32, Tensor.allocate(0), pictures.length, 0, cache.width())
              : gather(cache, from, past));
    }
    return inputs;
  }

  /** Returns the caches of beginnings, in their order. */
  private static Tensor gather(Incremental.Cache cache, List<Place> from, int past) {
    Run first = from.getFirst().run();
    boolean same =
        from.size() == first.size()
            && IntStream.range(0, from.size())
                .allMatch(i -> from.get(i).in(first) && from.get(i).row() == i);
    if (same) {
      return cached(first, cache);
    }
    int bytes = Math.toIntExact(4L * past * cache.width());
    ByteBuffer rows = Tensor.allocate((long) bytes * from.size());
    for (int i = 0; i < from.size(); i++) {
      ByteBuffer source = cached(from.get(i).run(), cache).data();
      rows.put(i * bytes, source, from.get(i).row() * bytes, bytes);
    }
    return Tensor.of(DataType.FLOAT32, rows, from.size(), past, cache.width());
  }

  private static Tensor cached(Run run, Incremental.Cache cache) {
    return Objects.requireNonNull(run.caches().get(cache.present()));
  }

  /** Returns what all steps read of each beginning's picture. */
  private Map<String, Tensor> picturesOf(int[] pictures) {
    if (!Arrays.equals(gatheredFor, pictures)) {
      Map<String, Tensor> fresh = new HashMap<>();
      kept.forEach((name, tensor) -> fresh.put(name, Rows.of(tensor, pictures)));
      gathered = fresh;
      gatheredFor = pictures;
    }
    return gathered;
  }
}
