package org.openclip.hub;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * The way of pictures through a model: decode, preprocess, run, in batches. While the backend runs
 * one batch, other threads prepare the next; never more than two are in memory for each call.
 */
final class ImageTower {
  private final PictureInput input;
  private final Program program;
  private final int width;
  private final int batchSize;
  private final ExecutorService preparers;
  private final PixelBuffers buffers;

  /**
   * Creates the path of pictures over a running program.
   *
   * @param input how pictures enter the program
   * @param width the width of the embedding
   * @param preparers threads that decode and preprocess; their owner closes them
   */
  ImageTower(
      PictureInput input, Program program, int width, int batchSize, ExecutorService preparers) {
    this.input = input;
    this.program = program;
    this.width = width;
    this.batchSize = batchSize;
    this.preparers = preparers;
    long bytes = input.bytes();
    Math.toIntExact(bytes * batchSize);
    this.buffers = new PixelBuffers(4 * bytes * batchSize);
  }

  /** Takes what the tower yields, batch by batch, in the order of the pictures. */
  interface Sink {
    /**
     * Takes the outputs of one batch.
     *
     * @param first the index of its first picture
     */
    void take(int first, int count, Map<String, Tensor> outputs);
  }

  Embeddings encodeFiles(
      PictureFiles decoder,
      ImagePreprocessor preprocessor,
      List<Path> files,
      EncodingListener listener) {
    Rows rows = new Rows(files.size());
    forFiles(decoder, preprocessor, files, listener, rows);
    return rows.embeddings();
  }

  Embeddings encodePictures(ImagePreprocessor preprocessor, List<Image> pictures) {
    Rows rows = new Rows(pictures.size());
    forPictures(preprocessor, pictures, rows);
    return rows.embeddings();
  }

  Embeddings encodePixels(Tensor pixels) {
    input.check(pixels);
    Rows rows = new Rows(Math.toIntExact(pixels.shape()[0]));
    forPixels(pixels, rows);
    return rows.embeddings();
  }

  void forFiles(
      PictureFiles decoder,
      ImagePreprocessor preprocessor,
      List<Path> files,
      EncodingListener listener,
      Sink sink) {
    List<Path> copy = List.copyOf(files);
    Unreadable unreadable = (index, why) -> listener.unreadable(index, copy.get(index), why);
    forEach(copy, decoder::read, preprocessor, new Listener(unreadable, listener::done), sink);
  }

  void forPictures(ImagePreprocessor preprocessor, List<Image> pictures, Sink sink) {
    Unreadable ends =
        (index, why) -> {
          throw why;
        };
    Listener listener = new Listener(ends, count -> {});
    forEach(List.copyOf(pictures), picture -> picture, preprocessor, listener, sink);
  }

  /** Judges a picture that cannot be prepared: it throws, or leaves the picture out. */
  private interface Unreadable {
    void judge(int index, OpenClipException why);
  }

  private record Listener(Unreadable unreadable, IntConsumer done) {}

  void forPixels(Tensor pixels, Sink sink) {
    input.check(pixels);
    int height = Math.toIntExact(pixels.shape()[2]);
    int across = Math.toIntExact(pixels.shape()[3]);
    int bytes = Math.toIntExact(3L * height * across * DataType.FLOAT32.bytes());
    int at = 0;
    for (ByteBuffer chunk : pixels.chunks()) {
      int inChunk = chunk.remaining() / bytes;
      for (int done = 0; done < inChunk; done += batchSize) {
        int count = Math.min(batchSize, inChunk - done);
        ByteBuffer data = chunk.slice(done * bytes, count * bytes);
        Tensor batch = Tensor.of(DataType.FLOAT32, data, count, 3, height, across);
        sink.take(at, count, program.run(input.ofPixels(batch)));
        at += count;
      }
    }
  }

  private <T> void forEach(
      List<T> sources,
      Function<T, Image> decode,
      ImagePreprocessor preprocessor,
      Listener listener,
      Sink sink) {
    Batch<T> next = null;
    int row = 0;
    try {
      for (int from = 0; from < sources.size(); from += batchSize) {
        Batch<T> batch = next != null ? next : prepare(sources, from, decode, preprocessor);
        int after = from + batchSize;
        next = after < sources.size() ? prepare(sources, after, decode, preprocessor) : null;
        batch.await();
        int first = from;
        int count = batch.readable((slot, why) -> listener.unreadable.judge(first + slot, why));
        if (count > 0) {
          ByteBuffer places =
              batch.pixels.slice(0, count * input.bytes()).order(ByteOrder.nativeOrder());
          sink.take(row, count, program.run(input.of(places, count)));
        }
        row += count;
        buffers.giveBack(batch.pixels);
        listener.done.accept(batch.count);
      }
    } finally {
      if (next != null) {
        next.cancel();
      }
    }
  }

  private <T> Batch<T> prepare(
      List<T> sources, int from, Function<T, Image> decode, ImagePreprocessor preprocessor) {
    int count = Math.min(batchSize, sources.size() - from);
    Batch<T> batch = new Batch<>(input, buffers.take(count * input.bytes()), count);
    if (sources.size() == 1) {
      batch.fill(0, sources.get(0), decode, preprocessor);
      return batch;
    }
    for (int i = 0; i < count; i++) {
      int slot = i;
      T source = sources.get(from + i);
      batch.work.add(preparers.submit(() -> batch.fill(slot, source, decode, preprocessor)));
    }
    return batch;
  }

  /** Pictures that are on their way into one buffer. */
  private static final class Batch<T> {
    private final PictureInput input;
    private final ByteBuffer pixels;
    private final int count;
    private final List<Future<?>> work = new ArrayList<>();
    private final @Nullable OpenClipException[] faults;

    Batch(PictureInput input, ByteBuffer pixels, int count) {
      this.input = input;
      this.pixels = pixels;
      this.count = count;
      this.faults = new OpenClipException[count];
    }

    /** Prepares a picture; one that is no picture is a fault of its slot alone. */
    void fill(int slot, T source, Function<T, Image> decode, ImagePreprocessor preprocessor) {
      try {
        input.fill(decode.apply(source), preprocessor, place(slot));
      } catch (InvalidInputException | InvalidFileException e) {
        faults[slot] = e;
      }
    }

    private ByteBuffer place(int slot) {
      int bytes = input.bytes();
      return pixels.slice(slot * bytes, bytes).order(ByteOrder.nativeOrder());
    }

    /** Moves the pictures that could be prepared to the front; returns how many they are. */
    int readable(Unreadable unreadable) {
      int kept = 0;
      for (int slot = 0; slot < count; slot++) {
        OpenClipException fault = faults[slot];
        if (fault != null) {
          unreadable.judge(slot, fault);
        } else {
          if (kept < slot) {
            place(kept).put(place(slot));
          }
          kept++;
        }
      }
      return kept;
    }

    /** Waits for every picture; the first failure in their order is thrown. */
    void await() {
      try {
        for (Future<?> future : work) {
          future.get();
        }
      } catch (ExecutionException e) {
        cancel();
        throw Aside.failure(e.getCause());
      } catch (InterruptedException e) {
        cancel();
        Thread.currentThread().interrupt();
        throw new OpenClipException("interrupted while pictures were prepared", e);
      } catch (CancellationException e) {
        throw new OpenClipException("the preparation of pictures was cancelled", e);
      }
    }

    /** Gives up what has not begun; the buffer is left to those that have. */
    void cancel() {
      work.forEach(future -> future.cancel(false));
    }
  }

  /** The result in the making. */
  private final class Rows implements Sink {
    private final float[] values;
    private int rows;

    Rows(int size) {
      values = new float[Math.multiplyExact(size, width)];
    }

    @Override
    public void take(int at, int count, Map<String, Tensor> outputs) {
      FeatureRows.read(outputs, count, width).get(values, at * width, count * width);
      rows = at + count;
    }

    Embeddings embeddings() {
      int length = rows * width;
      return Embeddings.of(width, length == values.length ? values : Arrays.copyOf(values, length));
    }
  }
}
