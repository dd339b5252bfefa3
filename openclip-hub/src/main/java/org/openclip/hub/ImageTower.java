package org.openclip.hub;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Embeddings;
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

  Embeddings encodeFiles(PictureFiles decoder, ImagePreprocessor preprocessor, List<Path> files) {
    Rows rows = new Rows(files.size());
    forFiles(decoder, preprocessor, files, rows);
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

  void forFiles(PictureFiles decoder, ImagePreprocessor preprocessor, List<Path> files, Sink sink) {
    forEach(List.copyOf(files), decoder::read, preprocessor, sink);
  }

  void forPictures(ImagePreprocessor preprocessor, List<Image> pictures, Sink sink) {
    forEach(List.copyOf(pictures), picture -> picture, preprocessor, sink);
  }

  void forPixels(Tensor pixels, Sink sink) {
    input.check(pixels);
    int height = Math.toIntExact(pixels.shape()[2]);
    int across = Math.toIntExact(pixels.shape()[3]);
    int bytes = Math.toIntExact(3L * height * across * DataType.FLOAT32.bytes());
    int at = 0;
    for (ByteBuffer chunk : pixels.chunks()) {
      int inChunk = chunk.remaining() / bytes;
      for (int done = 0; done < inChunk; done += batchSize) {
        InterruptedCallException.check("pixels were encoded");
        int count = Math.min(batchSize, inChunk - done);
        ByteBuffer data = chunk.slice(done * bytes, count * bytes);
        Tensor batch = Tensor.of(DataType.FLOAT32, data, count, 3, height, across);
        sink.take(at, count, program.run(input.ofPixels(batch)));
        at += count;
      }
    }
  }

  private <T> void forEach(
      List<T> sources, Function<T, Image> decode, ImagePreprocessor preprocessor, Sink sink) {
    Batch<T> next = null;
    try {
      for (int from = 0; from < sources.size(); from += batchSize) {
        Batch<T> batch = next != null ? next : prepare(sources, from, decode, preprocessor);
        InterruptedCallException.check("pictures were encoded");
        int after = from + batchSize;
        next = after < sources.size() ? prepare(sources, after, decode, preprocessor) : null;
        batch.await();
        sink.take(from, batch.count, program.run(input.of(batch.pixels, batch.count)));
        buffers.giveBack(batch.pixels);
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

    Batch(PictureInput input, ByteBuffer pixels, int count) {
      this.input = input;
      this.pixels = pixels;
      this.count = count;
    }

    void fill(int slot, T source, Function<T, Image> decode, ImagePreprocessor preprocessor) {
      int bytes = input.bytes();
      ByteBuffer place = pixels.slice(slot * bytes, bytes).order(ByteOrder.nativeOrder());
      input.fill(decode.apply(source), preprocessor, place);
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
        throw InterruptedCallException.of("pictures were prepared", e);
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

    Rows(int size) {
      values = new float[Math.multiplyExact(size, width)];
    }

    @Override
    public void take(int at, int count, Map<String, Tensor> outputs) {
      FeatureRows.read(outputs, count, width).get(values, at * width, count * width);
    }

    Embeddings embeddings() {
      return Embeddings.of(width, values);
    }
  }
}
