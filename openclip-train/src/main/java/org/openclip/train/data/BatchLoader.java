package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final BatchSchedule schedule;
  private final Expectation expected;
  private final boolean dropLast;
  private final Faults faults;
  private final ExecutorService workers;
  private final Thread reader;
  private final BlockingQueue<Future<Prepared>> queue;
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
  private long number;
  private long position;
  private boolean whole;
  private int pass;
  private long usable;
  private boolean ended;

  /**
   * A sample that is ready, or cannot be used when it has no tokens.
   *
   * @param of the sample
   * @param number of the sample in the epoch
   * @param pass in which it came by
   * @param shape of the batch that it was prepared for
   * @param problem why it cannot be used
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody asks whether two are equal.
  private record Prepared(
      Sample of,
      long number,
      int pass,
      BatchShape shape,
      ByteBuffer pixels,
      long @Nullable [] tokens,
      String problem) {}

  /** What stands in the queue behind the last sample. */
  private static final Prepared END =
      new Prepared(
          new Sample("", Sample.Picture.of(new byte[0]), ""),
          0,
          0,
          new BatchShape(1, 0),
          ByteBuffer.allocate(0),
          null,
          "");

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
    this(
        stream,
        order,
        preparation,
        BatchSchedule.of(batchSize),
        0,
        threads,
        skip,
        dropLast,
        faults);
  }

  /**
   * Creates a data loader of batches of several shapes and starts loading.
   *
   * @param stream closed with this loader
   * @param order determines the augmentation
   * @param schedule the shapes of the batches
   * @param first the number of the first batch to load, for an epoch that is resumed
   * @param threads the number of threads that preprocess samples
   * @param skip the number of samples to skip, for an epoch that is resumed
   * @param dropLast whether to drop the last batch if it is not full
   */
  public BatchLoader(
      SampleStream stream,
      Order order,
      Preparation preparation,
      BatchSchedule schedule,
      long first,
      int threads,
      long skip,
      boolean dropLast,
      Faults faults) {
    if (threads < 1 || skip < 0) {
      throw new InvalidInputException(
          "%s threads and start %s are invalid; there must be at least 1 thread"
              .formatted(threads, skip));
    }
    this.stream = stream;
    this.order = order;
    this.preparation = preparation;
    this.schedule = schedule;
    this.dropLast = dropLast;
    this.faults = faults;
    this.number = first;
    this.position = skip;
    this.whole = skip == 0;
    this.expected = new Expectation(schedule, order.epoch(), first);
    this.queue = new ArrayBlockingQueue<>(BATCHES_AHEAD * schedule.largest() + threads);
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("openclip-prepare-", 0).factory());
    this.reader = Thread.ofPlatform().daemon().name("openclip-read").start(() -> read(skip));
  }

  private void read(long skip) {
    FutureTask<Prepared> last = new FutureTask<>(() -> END);
    try {
      for (long i = 0; ; i++) {
        Sample sample = stream.next();
        if (sample == null) {
          break;
        }
        if (i >= skip) {
          long index = i;
          int pass = stream.pass();
          BatchShape shape = expected.next();
          queue.put(workers.submit(() -> watched(prepare(sample, index, pass, shape))));
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

  private Prepared watched(Prepared sample) {
    if (sample.tokens == null) {
      expected.lost();
    }
    return sample;
  }

  private Prepared prepare(Sample sample, long index, int pass, BatchShape shape) {
    ByteBuffer pixels = free.poll();
    if (pixels == null) {
      pixels = Tensor.allocate(4L * preparation.pixels());
    }
    long[] tokens = null;
    String problem = "";
    try {
      var out = pixels.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
      tokens = preparation.of(shape).prepare(sample, order.sample(index), out);
    } catch (OpenClipException e) {
      problem = String.valueOf(e.getMessage());
    }
    return new Prepared(sample, index, pass, shape, pixels, tokens, problem);
  }

  /** Returns a sample for a batch of a shape; it may have been prepared for the one beside. */
  private Prepared suited(Prepared sample, BatchShape shape) {
    if (sample.shape.preparesLike(shape)) {
      return sample;
    }
    free.add(sample.pixels);
    return prepare(sample.of, sample.number, sample.pass, shape);
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
    BatchShape shape = schedule.at(order.epoch(), number++);
    List<Prepared> samples = new ArrayList<>();
    while (!ended && samples.size() < shape.size()) {
      Prepared taken = take(stop);
      if (taken == null || taken == END || !enough(taken.pass, shape.size())) {
        ended = true;
        break;
      }
      position++;
      Prepared sample = suited(taken, shape);
      if (sample.tokens != null) {
        usable++;
        samples.add(sample);
        continue;
      }
      free.add(sample.pixels);
      if (sample.pass == 0) { // When it comes by again it is counted already.
        faults.skip(sample.of.key(), sample.problem);
      }
    }
    if (samples.isEmpty() || (dropLast && samples.size() < shape.size())) {
      return null;
    }
    return batch(samples, shape);
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
  private boolean enough(int sampleIn, int batchSize) {
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

  private Batch batch(List<Prepared> samples, BatchShape shape) {
    ByteBuffer tokens = ByteBuffer.allocate(0);
    List<ByteBuffer> pictures = new ArrayList<>();
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
      pictures.add(sample.pixels);
      keys.add(sample.of.key());
    }
    Map<String, Tensor> images = preparation.of(shape).images(pictures);
    free.addAll(pictures);
    return new Batch(images, tokens.flip(), keys, position);
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
