package org.openclip.hub.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;

/** Pictures are prepared in order, by as many threads at once as there are cores for it. */
class PictureBatchTest {
  private static final PictureInput INPUT = new WholePictures(1, 1);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private PictureBatch<Integer> batch(
      int from, int count, PictureBatch.Preparing<Integer> preparing) {
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(count * INPUT.bytes()).order(ByteOrder.nativeOrder());
    List<Integer> sources = IntStream.range(from, from + count).boxed().toList();
    return new PictureBatch<>(INPUT, pixels, sources, preparing);
  }

  private void write(int source, ByteBuffer place) {
    most.accumulateAndGet(running.incrementAndGet(), Math::max);
    Thread.onSpinWait();
    place.putFloat(0, source);
    running.decrementAndGet();
  }

  @Test
  void noMoreThreadsWorkThanThereAreCores() {
    Semaphore cores = new Semaphore(2, true);
    PictureBatch<Integer> first = batch(0, 300, this::write);
    PictureBatch<Integer> second = batch(300, 300, this::write);

    first.start(threads, 8, cores);
    first.whenTaken(() -> second.start(threads, 8, cores));
    first.await();
    second.await();

    assertThat(most.get()).isBetween(1, 2);
    assertThat(cores.availablePermits()).isEqualTo(2);
    for (int i = 0; i < 300; i++) {
      assertThat(first.pixels().getFloat(i * INPUT.bytes())).isEqualTo(i);
      assertThat(second.pixels().getFloat(i * INPUT.bytes())).isEqualTo(300 + i);
    }
  }

  @Test
  void aRunThatHoldsAllCoresIsAlone() throws InterruptedException {
    Semaphore cores = new Semaphore(2, true);
    PictureBatch<Integer> batch = batch(0, 5000, this::write);
    batch.start(threads, 2, cores);

    for (int i = 0; i < 20; i++) {
      cores.acquire(2);
      assertThat(running.get()).isZero();
      cores.release(2);
    }
    batch.await();
  }

  @Test
  void theNextBatchWaitsUntilThisOneIsTaken() {
    Semaphore cores = new Semaphore(1, true);
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    PictureBatch<Integer> first = batch(0, 50, (source, place) -> done.add(source));
    PictureBatch<Integer> second =
        batch(
            50,
            50,
            // One thread may still be at work on the last picture that it took.
            (source, place) -> assertThat(done).hasSizeGreaterThanOrEqualTo(49));
    first.start(threads, 1, cores);
    first.whenTaken(() -> second.start(threads, 1, cores));

    first.await();
    second.await();
  }

  @Test
  void theFirstFailureInOrderIsThrown() {
    CountDownLatch later = new CountDownLatch(1);
    PictureBatch<Integer> batch =
        batch(
            0,
            100,
            (source, place) -> {
              if (source == 3) {
                later.countDown();
              } else if (source == 2) {
                waitFor(later);
              }
              if (source >= 2) {
                throw new OpenClipException("picture " + source);
              }
            });

    batch.start(threads, 4, new Semaphore(4, true));

    assertThatThrownBy(batch::await).isInstanceOf(OpenClipException.class).hasMessage("picture 2");
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
