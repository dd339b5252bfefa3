package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.picture.PictureFiles;

/**
 * The way of pictures through a model: decode, preprocess, run, in batches. A call has a number of
 * cores for all of it: a picture that is decoded takes one, a run as many as it has threads. What a
 * run leaves free prepares the next batch; never more than two are in memory for each call.
 */
public final class ImageTower {
  private static final int MOST_PREPARERS = 8;

  private final PictureInput input;
  private final Program program;
  private final int width;
  private final int batchSize;
  private final int cores;
  private final ExecutorService preparers;
  private final PixelBuffers buffers;

  /**
   * Creates the path of pictures over a running program.
   *
   * @param input how pictures enter the program
   * @param width the width of the embedding
   * @param cores how many a call may keep busy
   * @param preparers threads that decode and preprocess; their owner closes them
   */
  ImageTower(
      PictureInput input,
      Program program,
      int width,
      int batchSize,
      int cores,
      ExecutorService preparers) {
    this.input = input;
    this.program = program;
    this.width = width;
    this.batchSize = batchSize;
    this.cores = cores;
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
    void take(long first, int count, Map<String, Tensor> outputs);
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
    Unreadable unreadable =
        (index, why) ->
            listener.unreadable(Math.toIntExact(index), copy.get(Math.toIntExact(index)), why);
    Listener told = new Listener(unreadable, listener::done, () -> true);
    forEach(copy.iterator(), decoder::read, preprocessor, told, sink);
  }

  void forPictures(ImagePreprocessor preprocessor, List<Image> pictures, Sink sink) {
    Unreadable ends =
        (index, why) -> {
          throw why;
        };
    Listener listener = new Listener(ends, count -> {}, () -> true);
    forEach(List.copyOf(pictures).iterator(), picture -> picture, preprocessor, listener, sink);
  }

  void forStream(PictureFiles decoder, ImagePreprocessor preprocessor, PictureStream stream) {
    Listener listener = new Listener(stream::failed, stream::done, stream::goesOn);
    forEach(stream, decoder::read, preprocessor, listener, stream);
  }

  /** Judges a picture that cannot be prepared: it throws, or leaves the picture out. */
  private interface Unreadable {
    void judge(long index, OpenClipException why);
  }

  private record Listener(Unreadable unreadable, IntConsumer done, BooleanSupplier goesOn) {}

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
      Iterator<T> sources,
      Function<T, Image> decode,
      ImagePreprocessor preprocessor,
      Listener listener,
      Sink sink) {
    PictureBatch.Preparing<T> preparing =
        (source, place) -> input.fill(decode.apply(source), preprocessor, place);
    Semaphore free = new Semaphore(cores, true);
    PictureBatch<T> next = null;
    long from = 0;
    long row = 0;
    try {
      while (listener.goesOn.getAsBoolean() && (next != null || sources.hasNext())) {
        InterruptedCallException.check("pictures were encoded");
        PictureBatch<T> batch = next != null ? next : begin(sources, preparing, free);
        next = null;
        if (cores > 1 && sources.hasNext()) {
          PictureBatch<T> following = batch(sources, preparing);
          batch.whenTaken(() -> following.start(preparers, workers(), free));
          next = following;
        }
        batch.await();
        long first = from;
        int count = batch.readable((slot, why) -> listener.unreadable.judge(first + slot, why));
        if (count > 0) {
          run(row, batch.front(count), count, free, sink);
        }
        row += count;
        from += batch.count();
        buffers.giveBack(batch.pixels());
        listener.done.accept(batch.count());
      }
    } finally {
      if (next != null) {
        next.cancel();
      }
    }
  }

  private void run(long row, ByteBuffer pixels, int count, Semaphore free, Sink sink) {
    int busy = Math.min(cores, program.threads());
    try {
      free.acquire(busy);
    } catch (InterruptedException e) {
      throw InterruptedCallException.of("pictures were encoded", e);
    }
    try {
      sink.take(row, count, program.run(input.of(pixels, count)));
    } finally {
      free.release(busy);
    }
  }

  /** Begins with a batch that nobody waits for yet, in this thread when there is no other. */
  private <T> PictureBatch<T> begin(
      Iterator<T> sources, PictureBatch.Preparing<T> preparing, Semaphore free) {
    PictureBatch<T> batch = batch(sources, preparing);
    if (cores == 1 || (batch.count() == 1 && !sources.hasNext())) {
      batch.fill();
    } else {
      batch.start(preparers, workers(), free);
    }
    return batch;
  }

  private int workers() {
    return Math.min(MOST_PREPARERS, cores);
  }

  private <T> PictureBatch<T> batch(Iterator<T> sources, PictureBatch.Preparing<T> preparing) {
    List<T> some = new ArrayList<>();
    while (some.size() < batchSize && sources.hasNext()) {
      some.add(sources.next());
    }
    return new PictureBatch<>(input, buffers.take(some.size() * input.bytes()), some, preparing);
  }

  /** The result in the making. */
  private final class Rows implements Sink {
    private final float[] values;
    private int rows;

    Rows(int size) {
      values = new float[Math.multiplyExact(size, width)];
    }

    @Override
    public void take(long first, int count, Map<String, Tensor> outputs) {
      int at = Math.toIntExact(first);
      FeatureRows.read(outputs, count, width).get(values, at * width, count * width);
      rows = at + count;
    }

    Embeddings embeddings() {
      int length = rows * width;
      return Embeddings.of(width, length == values.length ? values : Arrays.copyOf(values, length));
    }
  }
}
