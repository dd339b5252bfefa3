package org.openclip.hub.audio;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.audio.Audio;
import org.openclip.api.backend.Program;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.runtime.FeatureRows;

/**
 * The way of sounds through a model: decode, preprocess, run, in batches. Thread-safe.
 *
 * @param usual encodes most sounds
 * @param longer encodes sounds that are longer than a clip, if they are encoded in another way
 * @param width the width of the embedding
 * @param batchSize how many sounds run at once
 * @param parallel whether the sounds of a batch are prepared by several threads
 */
record SoundTower(Route usual, @Nullable Route longer, int width, int batchSize, boolean parallel) {
  /**
   * A running tower.
   *
   * @param input makes its inputs
   * @param program of its graph
   */
  record Route(SoundInput input, Program program) {}

  /** Judges a sound that cannot be prepared: it throws, or leaves the sound out. */
  interface Unreadable {
    void judge(int index, OpenClipException why);
  }

  /** A sound of a batch: its input and what encodes it, or why it has none. */
  private record Slot(
      @Nullable Route route,
      SoundInput.@Nullable Prepared input,
      @Nullable OpenClipException fault) {}

  /**
   * Encodes sounds, as vectors that are not normalised.
   *
   * @param sources what the sounds are read from
   * @param read decodes one of them
   * @param done is told how many sounds a batch had, after each
   */
  <T> Embeddings encode(
      List<T> sources, Function<T, Audio> read, Unreadable unreadable, IntConsumer done) {
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < sources.size(); from += batchSize) {
      InterruptedCallException.check("sounds were encoded");
      List<T> batch = sources.subList(from, Math.min(sources.size(), from + batchSize));
      rows.addAll(run(readable(prepare(batch, read), from, unreadable)));
      done.accept(batch.size());
    }
    float[] values = new float[Math.multiplyExact(rows.size(), width)];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, values, i * width, width);
    }
    return Embeddings.of(width, values);
  }

  private <T> List<Slot> prepare(List<T> batch, Function<T, Audio> read) {
    IntStream slots = IntStream.range(0, batch.size());
    return (parallel ? slots.parallel() : slots)
        .mapToObj(slot -> slot(batch.get(slot), read))
        .toList();
  }

  private <T> Slot slot(T source, Function<T, Audio> read) {
    try {
      Audio audio = read.apply(source);
      Route route = longer != null && longer.input().longer(audio) ? longer : usual;
      return new Slot(route, route.input().prepare(audio), null);
    } catch (InvalidInputException | InvalidFileException e) {
      return new Slot(null, null, e);
    }
  }

  private static List<Slot> readable(List<Slot> slots, int first, Unreadable unreadable) {
    List<Slot> good = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      OpenClipException fault = slots.get(i).fault();
      if (fault == null) {
        good.add(slots.get(i));
      } else {
        unreadable.judge(first + i, fault);
      }
    }
    return good;
  }

  /** Returns the features of each sound, in order. */
  private List<float[]> run(List<Slot> slots) {
    float[][] rows = new float[slots.size()][];
    run(usual, slots, rows);
    if (longer != null) {
      run(longer, slots, rows);
    }
    return List.of(rows);
  }

  private void run(Route route, List<Slot> slots, float[][] rows) {
    int[] chosen =
        IntStream.range(0, rows.length).filter(i -> route.equals(slots.get(i).route())).toArray();
    if (chosen.length == 0) {
      return;
    }
    List<SoundInput.Prepared> inputs = new ArrayList<>();
    for (int i : chosen) {
      inputs.add(Objects.requireNonNull(slots.get(i).input()));
    }
    FloatBuffer features =
        FeatureRows.read(route.program().run(route.input().batch(inputs)), chosen.length, width);
    for (int i : chosen) {
      rows[i] = new float[width];
      features.get(rows[i]);
    }
  }
}
