package org.openclip.hub.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.backend.Program;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.runtime.FeatureRows;

/**
 * The way of sounds through a model: decode, preprocess, run, in batches. Thread-safe.
 *
 * @param preprocessor makes the tower's input
 * @param program the running tower
 * @param width the width of the embedding
 * @param batchSize how many sounds run at once
 * @param parallel whether the sounds of a batch are prepared by several threads
 */
record SoundTower(
    AudioPreprocessor preprocessor, Program program, int width, int batchSize, boolean parallel) {
  /** Judges a sound that cannot be prepared: it throws, or leaves the sound out. */
  interface Unreadable {
    void judge(int index, OpenClipException why);
  }

  /** A sound of a batch: its input, or why it has none. */
  private record Slot(@Nullable ByteBuffer input, @Nullable OpenClipException fault) {}

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
      ByteBuffer input = Tensor.allocate((long) size() * Float.BYTES);
      preprocessor.prepare(audio, input.duplicate().order(input.order()).asFloatBuffer());
      return new Slot(input, null);
    } catch (InvalidInputException | InvalidFileException e) {
      return new Slot(null, e);
    }
  }

  private int size() {
    return Math.multiplyExact(preprocessor.bands(), preprocessor.frames());
  }

  private static List<ByteBuffer> readable(List<Slot> slots, int first, Unreadable unreadable) {
    List<ByteBuffer> inputs = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      ByteBuffer input = slots.get(i).input();
      OpenClipException fault = slots.get(i).fault();
      if (input != null) {
        inputs.add(input);
      } else if (fault != null) {
        unreadable.judge(first + i, fault);
      }
    }
    return inputs;
  }

  private List<float[]> run(List<ByteBuffer> inputs) {
    if (inputs.isEmpty()) {
      return List.of();
    }
    ByteBuffer all = Tensor.allocate((long) inputs.size() * size() * Float.BYTES);
    ByteBuffer out = all.duplicate().order(ByteOrder.nativeOrder());
    inputs.forEach(input -> out.put(input.duplicate()));
    Tensor spectrograms =
        Tensor.of(
            DataType.FLOAT32, all, inputs.size(), preprocessor.bands(), preprocessor.frames());
    FloatBuffer features =
        FeatureRows.read(
            program.run(Map.of(ClapArchitecture.SPECTROGRAM, spectrograms)), inputs.size(), width);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      float[] row = new float[width];
      features.get(row);
      rows.add(row);
    }
    return rows;
  }
}
