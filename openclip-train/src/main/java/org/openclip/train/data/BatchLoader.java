package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;

/**
 * A data loader: one thread reads samples, several threads preprocess them, and the batches are in
 * the order of the samples. It loads two batches ahead.
 */
public final class BatchLoader implements AutoCloseable {
  private static final int BATCHES_AHEAD = 2;

  private final SampleStream stream;
  private final Order order;
  private final Preparation preparation;
  private final int batchSize;
  private final boolean dropLast;
  private final Faults faults;
  private final ExecutorService workers;
  private final Thread reader;
  private final BlockingQueue<Future<Prepared>> queue;
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
  private long position;
  private boolean whole;
  private int pass;
  private long usable;
  private boolean ended;

  /** A sample that is ready, or was left out when it has no tokens. */
  private static final class Prepared {
    private final String key;
    private final int pass;
    private final ByteBuffer pixels;
    private final long @Nullable [] tokens;

    Prepared(String key, int pass, ByteBuffer pixels, long @Nullable [] tokens) {
      this.key = key;
      this.pass = pass;
      this.pixels = pixels;
      this.tokens = tokens;
    }
  }

  /** What stands in the queue behind the last sample. */
  private static final Prepared END = new Prepared("", 0, ByteBuffer.allocate(0), null);

  /** How long to wait between two questions whether to stop, in milliseconds. */
  private static final long PAUSE = 20;

  /** How long a closed loader waits for what reads, which may hang on a network. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /**
   * Creates a data loader and starts loading.
   *
   * @param stream closed with this loader
   * @param order determines the augmentation
   * @param threads the number of threads that preprocess samples
   * @param skip the number of samples to skip, for an epoch that is resumed
   * @param dropLast whether to drop the last batch if it is not full
   */
  public BatchLoader(
      SampleStream stream,
      Order order,
      Preparation preparation,
      int batchSize,
      int threads,
      long skip,
      boolean dropLast,
      Faults faults) {
    if (batchSize < 1 || threads < 1 || skip < 0) {
      throw new InvalidInputException(
          "batch size %s, %s threads and start %s are invalid; sizes and threads must be at least"
                  .formatted(batchSize, threads, skip)
              + " 1");
    }
    this.stream = stream;
    this.order = order;
    this.preparation = preparation;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.faults = faults;
    this.position = skip;
    this.whole = skip == 0;
    this.queue = new ArrayBlockingQueue<>(BATCHES_AHEAD * batchSize + threads);
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("openclip-prepare-", 0).factory());
    this.reader = Thread.ofPlatform().daemon().name("openclip-read").start(() -> read(skip));
  }

  private void read(long skip) {
    FutureTask<Prepared> last = new FutureTask<>(() -> END);
    try {
      for (long number = 0; ; number++) {
        Sample sample = stream.next();
        if (sample == null) {
          break;
        }
        if (number >= skip) {
          long index = number;
          int pass = stream.pass();
          queue.put(workers.submit(() -> prepare(sample, index, pass)));
        }
      }
    } catch (RuntimeException | Error e) {
      last =
          new FutureTask<>(
              () -> {
                throw new ExecutionException(e);
              });
    } catch (InterruptedException e) {
      return; // Closed: nobody waits for the end.
    }
    last.run();
    try {
      queue.put(last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Prepared prepare(Sample sample, long number, int sampleIn) {
    ByteBuffer pixels = free.poll();
    if (pixels == null) {
      pixels = Tensor.allocate(4L * preparation.pixels());
    }
    long[] tokens = null;
    try {
      var out = pixels.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
      tokens = preparation.prepare(sample, order.sample(number), out);
    } catch (OpenClipException e) {
      if (sampleIn == 0) { // When it comes by again it is counted already.
        faults.skip(sample.key(), String.valueOf(e.getMessage()));
      }
    }
    return new Prepared(sample.key(), sampleIn, pixels, tokens);
  }

  /**
   * Waits for the next batch; null after the last.
   *
   * @throws OpenClipException when the data cannot be read
   * @throws InterruptedCallException when the thread is interrupted
   */
  public @Nullable Batch next() {
    return next(() -> false);
  }

  /**
   * Waits for the next batch; null after the last. Where samples come by again and again, it is the
   * last when a whole pass had fewer that can be used than a batch has.
   *
   * @param stop asked while it waits; once it says so there is no further batch
   * @throws OpenClipException when the data cannot be read, or the thread is interrupted
   */
  @SuppressWarnings("ReferenceEquality") // The end is one object.
  public @Nullable Batch next(BooleanSupplier stop) {
    List<Prepared> samples = new ArrayList<>();
    while (!ended && samples.size() < batchSize) {
      Prepared sample = take(stop);
      if (sample == null || sample == END || !enough(sample.pass)) {
        ended = true;
      } else {
        position++;
        if (sample.tokens == null) {
          free.add(sample.pixels);
        } else {
          usable++;
          samples.add(sample);
        }
      }
    }
    if (samples.isEmpty() || (dropLast && samples.size() < batchSize)) {
      return null;
    }
    return batch(samples);
  }

  /** Returns how often all samples had come by before the last one that was taken. */
  public int pass() {
    return pass;
  }

  /** Returns how many samples of the pass under way can be used, so far. */
  public long usable() {
    return usable;
  }

  /** Returns whether the pass before the one of a sample had enough of them for a batch. */
  private boolean enough(int sampleIn) {
    if (sampleIn == pass) {
      return true;
    }
    if (whole && usable < batchSize) {
      return false;
    }
    whole = true;
    pass = sampleIn;
    usable = 0;
    return true;
  }

  /** Waits for a sample; returns null when it is to stop. */
  private @Nullable Prepared take(BooleanSupplier stop) {
    try {
      Future<Prepared> next = queue.poll(PAUSE, TimeUnit.MILLISECONDS);
      while (next == null) {
        if (stop.getAsBoolean()) {
          return null;
        }
        stream.demand();
        next = queue.poll(PAUSE, TimeUnit.MILLISECONDS);
      }
      while (true) {
        try {
          return next.get(PAUSE, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (stop.getAsBoolean()) {
            return null;
          }
        }
      }
    } catch (InterruptedException e) {
      throw InterruptedCallException.of("waiting for samples", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() instanceof ExecutionException inner ? inner.getCause() : null;
      Throwable shown = cause == null ? e.getCause() : cause;
      if (shown instanceof OpenClipException known) {
        throw known;
      }
      throw new OpenClipException("samples cannot be loaded: " + shown, e);
    }
  }

  private Batch batch(List<Prepared> samples) {
    int pixelBytes = 4 * preparation.pixels();
    ByteBuffer pixels = Tensor.allocate((long) samples.size() * pixelBytes);
    ByteBuffer tokens = ByteBuffer.allocate(0);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Prepared sample = samples.get(i);
      long[] ids = sample.tokens;
      if (ids == null) {
        throw new IllegalStateException("samples without tokens are left out before");
      }
      if (i == 0) {
        tokens = Tensor.allocate(8L * ids.length * samples.size());
      }
      for (long id : ids) {
        tokens.putLong(id);
      }
      pixels.put(i * pixelBytes, sample.pixels, 0, pixelBytes);
      free.add(sample.pixels);
      keys.add(sample.key);
    }
    return new Batch(pixels, tokens.flip(), keys, position);
  }

  @Override
  public void close() {
    reader.interrupt();
    workers.shutdownNow();
    try {
      if (!reader.join(PATIENCE)) {
        stream.close(); // What hangs on a network or a pipe ends with it.
        reader.join(PATIENCE);
      }
      workers.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stream.close();
  }
}
