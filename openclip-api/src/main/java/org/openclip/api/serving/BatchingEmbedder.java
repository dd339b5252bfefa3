package org.openclip.api.serving;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openclip.api.BusyException;
import org.openclip.api.ClosedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.ShutdownException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.image.PictureSource;
import org.openclip.api.image.PixelBound;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PreparedPicture;
import org.openclip.api.text.Tokens;

/**
 * A model that many threads ask for single vectors: it joins their pictures and texts into batches,
 * which run several times faster than as many single calls. The vectors are those of {@link
 * ClipModel#embed}, of length 1.
 *
 * <p>A picture or text that is ready waits for others until the batch is full, or as many have come
 * as were lately under way at once, and no longer than {@link BatchingOptions#maxWait}; who is
 * alone does not wait. Batches of pictures and of texts take turns. Pictures are decoded and
 * preprocessed by threads beside; texts are tokenized in the thread that asks. A picture that
 * cannot be read, or a text that cannot be embedded, fails for whoever asked for it and for no one
 * else.
 *
 * <p>Safe for many threads, virtual ones among them, which are not pinned while they wait. It does
 * not own the model: close it first and the model afterwards.
 *
 * <p>A thread that is interrupted while it waits ends with an {@link InterruptedCallException}; its
 * picture or text is left out if it has not begun. {@linkplain #close Closing} finishes what is
 * under way. When the JVM ends, calls that began before are finished and later ones end with a
 * {@link ShutdownException}, as those of a model.
 */
public final class BatchingEmbedder implements AutoCloseable {
  private final ClipModel model;
  private final String what;
  private final Calls calls;
  private final Lane<long[]> texts;
  private final Lane<PreparedPicture> pictures;
  private final ExecutorService preparers;
  private final Semaphore places;
  private final long maxPixels;
  private final Set<Row> rows = ConcurrentHashMap.newKeySet();

  private BatchingEmbedder(ClipModel model, BatchingOptions options) {
    this.model = model;
    this.what = "the embedder of model " + model.name();
    this.calls = new Calls(what, options.maxUnderWay());
    // Two batches that wait for the tower, and what is being prepared: no more pixels are in
    // memory.
    this.maxPixels = options.maxPixels();
    this.places = new Semaphore(2 * options.maxBatch() + options.preparers());
    // Both towers use the same cores: one after the other, in full batches, they do more.
    ReentrantLock turn = new ReentrantLock(true);
    this.texts = new Lane<>("openclip-texts", options, turn, this::encodeTexts, text -> {});
    this.pictures =
        new Lane<>("openclip-pictures", options, turn, model::encodePrepared, this::release);
    ThreadFactory factory = Thread.ofPlatform().daemon().name("openclip-prepare-", 0).factory();
    this.preparers = Executors.newFixedThreadPool(options.preparers(), factory);
  }

  /** Returns an embedder with the {@linkplain BatchingOptions#DEFAULT usual bounds}. */
  public static BatchingEmbedder create(ClipModel model) {
    return create(model, BatchingOptions.DEFAULT);
  }

  /** Returns an embedder with other bounds. */
  public static BatchingEmbedder create(ClipModel model, BatchingOptions options) {
    return new BatchingEmbedder(model, options);
  }

  /** Returns the model. */
  public ClipModel model() {
    return model;
  }

  /** Returns how many calls are under way. */
  public int underWay() {
    return calls.underWay();
  }

  /**
   * Returns the vector of a text, scaled to length 1: {@code float[embedDim]}.
   *
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public float[] embed(String text) {
    return CallsUnderWay.begin(what, () -> await(submit(text)));
  }

  /**
   * Returns the vector of a picture, scaled to length 1: {@code float[embedDim]}.
   *
   * @throws InvalidInputException when it is none; it is named
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public float[] embed(PictureSource picture) {
    return CallsUnderWay.begin(what, () -> await(submit(picture)));
  }

  /**
   * Returns the vector of a picture file, scaled to length 1: {@code float[embedDim]}.
   *
   * @throws InvalidInputException when the file is missing or no picture; it is named
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public float[] embed(Path picture) {
    return embed(PictureSource.file(picture));
  }

  /**
   * Returns the vector of a picture, scaled to length 1: {@code float[embedDim]}.
   *
   * @param picture the bytes of its file
   * @throws InvalidInputException when they are no picture
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public float[] embed(byte[] picture) {
    return embed(PictureSource.bytes("the picture", picture));
  }

  /**
   * Asks for the vector of a text and does not wait for it.
   *
   * @return its vector as {@link #embed(String)} gives it, or what that would throw; cancelling it
   *     leaves the text out if it has not begun
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public Future<float[]> submit(String text) {
    return submitAll(List.of(text), List.of()).get(0);
  }

  /**
   * Asks for the vector of a picture and does not wait for it.
   *
   * @return its vector as {@link #embed(PictureSource)} gives it, or what that would throw;
   *     cancelling it leaves the picture out if it has not begun
   * @throws BusyException when too many calls are under way
   * @throws ClosedException after {@link #close}
   */
  public Future<float[]> submit(PictureSource picture) {
    return submitAll(List.of(), List.of(picture)).get(0);
  }

  /**
   * Asks for the vectors of texts and pictures, all or none, and does not wait for them.
   *
   * @return those of the texts, then those of the pictures, each as {@link #submit} gives it
   * @throws BusyException when too many calls would be under way
   * @throws ClosedException after {@link #close}
   */
  public List<Future<float[]>> submitAll(List<String> words, List<PictureSource> images) {
    return CallsUnderWay.begin(
        what,
        () -> {
          InterruptedCallException.check("vectors were asked for");
          calls.begin(words.size() + images.size());
          List<Future<float[]>> futures = new ArrayList<>();
          words.forEach(text -> futures.add(start(texts, row -> texts.add(tokens(text), row))));
          images.forEach(
              image ->
                  futures.add(
                      start(pictures, row -> preparers.execute(() -> prepare(image, row)))));
          return futures;
        });
  }

  /** Hands an item over to its lane, or to whoever does later. */
  private interface Step {
    void take(Row row);
  }

  private Row start(Lane<?> lane, Step step) {
    lane.expect();
    Row row =
        new Row(
            over -> {
              rows.remove(over);
              lane.leave();
              calls.end();
            });
    rows.add(row);
    try {
      step.take(row);
    } catch (RuntimeException | Error e) {
      row.completeExceptionally(e);
    }
    return row;
  }

  private long[] tokens(String text) {
    return model.tokenizer().tokenize(List.of(text)).row(0);
  }

  private Embeddings encodeTexts(List<long[]> batch) {
    int length = batch.get(0).length;
    long[] ids = new long[Math.multiplyExact(batch.size(), length)];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(batch.get(i), 0, ids, i * length, length);
    }
    return model.encodeTokens(Tokens.of(length, ids));
  }

  private void prepare(PictureSource source, Row row) {
    if (row.isDone()) {
      return;
    }
    places.acquireUninterruptibly();
    try {
      // What began before the program's end began is finished.
      pictures.add(
          CallsUnderWay.finish(() -> PixelBound.within(maxPixels, () -> model.prepare(source))),
          row);
    } catch (RuntimeException | Error e) {
      places.release();
      row.completeExceptionally(e);
    }
  }

  private void release(PreparedPicture picture) {
    picture.close();
    places.release();
  }

  private float[] await(Future<float[]> row) {
    try {
      return row.get();
    } catch (InterruptedException e) {
      row.cancel(true);
      throw InterruptedCallException.of("a vector was waited for", e);
    } catch (ExecutionException e) {
      throw Failures.of("a vector could not be computed", e.getCause());
    }
  }

  /**
   * Takes no more calls, and finishes those under way. When this thread is interrupted, it gives
   * the rest up, as {@link #closeNow} does. Closing twice is harmless.
   */
  @Override
  public void close() {
    calls.close();
    try {
      calls.await();
      end();
    } catch (InterruptedException e) {
      closeNow();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Takes no more calls, and lets those under way end with a {@link ClosedException}. It waits for
   * the batch that runs, so that the model can be closed afterwards.
   */
  public void closeNow() {
    calls.close();
    rows.forEach(row -> row.completeExceptionally(new ClosedException(what)));
    end();
  }

  private void end() {
    preparers.shutdown();
    Uninterrupted.await(() -> preparers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
    texts.close();
    pictures.close();
  }
}
