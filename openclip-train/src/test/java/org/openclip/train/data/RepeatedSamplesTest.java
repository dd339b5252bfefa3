package org.openclip.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;

/** Epochs that are longer than what the data hold, and data that hold nothing. */
class RepeatedSamplesTest {
  private static final Order FIRST = new Order(7, 0, 0, 1);

  /** Takes samples with an even number. */
  private static final Preparation EVEN =
      new Preparation() {
        @Override
        public int pixels() {
          return 1;
        }

        @Override
        public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
          long number = Long.parseLong(sample.key());
          if (number % 2 == 1) {
            throw new InvalidInputException("odd");
          }
          out.put(random.nextFloat());
          return new long[] {number};
        }

        @Override
        public Map<String, Tensor> images(List<ByteBuffer> prepared) {
          return Batches.numbers(prepared, pixels());
        }
      };

  private static ListedDataset numbers(int from, int count, int by) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(new Sample(Integer.toString(from + i * by), Sample.Picture.of(new byte[0]), "x"));
    }
    return new ListedDataset(samples, true);
  }

  private static BatchLoader loader(Dataset dataset, int batch, long skip, Faults faults) {
    SampleStream stream = new RepeatedSamples(dataset, FIRST, faults);
    return new BatchLoader(stream, FIRST, EVEN, batch, 2, skip, true, faults);
  }

  private static String shown(Batch batch) {
    return batch.keys() + "/" + batch.position() + "/" + Batches.numbers(batch).getFloat(0);
  }

  @Test
  void samplesComeByAgainInAnotherOrder() {
    ListedDataset dataset = numbers(0, 10, 2);
    List<String> seen = new ArrayList<>();
    try (SampleStream stream = new RepeatedSamples(dataset, FIRST, new Faults())) {
      for (int i = 0; i < 30; i++) {
        stream.demand();
        Sample sample = stream.next();
        assertThat(sample).isNotNull();
        assertThat(stream.pass()).isEqualTo(i / 10);
        seen.add(sample.key());
      }
    }
    assertThat(seen.subList(0, 10)).doesNotHaveDuplicates();
    assertThat(seen.subList(10, 20))
        .containsExactlyInAnyOrderElementsOf(seen.subList(0, 10))
        .isNotEqualTo(seen.subList(0, 10));
    assertThat(seen.subList(20, 30)).isNotEqualTo(seen.subList(10, 20));
  }

  @Test
  void whatIsLeftOutMakesNoEpochShorterAndATrainingGoesOnInALaterPass() {
    List<String> whole = new ArrayList<>();
    long position = 0;
    try (BatchLoader loader = loader(numbers(0, 20, 1), 4, 0, new Faults())) {
      for (int i = 0; i < 9; i++) {
        Batch batch = loader.next();
        assertThat(batch).isNotNull();
        whole.add(shown(batch));
        position = i == 5 ? batch.position() : position;
      }
      assertThat(loader.pass()).isGreaterThan(2);
    }
    assertThat(position).isGreaterThan(40);
    try (BatchLoader loader = loader(numbers(0, 20, 1), 4, position, new Faults())) {
      for (int i = 6; i < 9; i++) {
        Batch batch = loader.next();
        assertThat(batch).isNotNull();
        assertThat(shown(batch)).isEqualTo(whole.get(i));
      }
    }
  }

  @Test
  @Timeout(60)
  void anEpochThatFitsTheDataOpensThemOnce() throws InterruptedException {
    AtomicInteger opened = new AtomicInteger();
    CountDownLatch second = new CountDownLatch(1);
    try (BatchLoader loader =
        loader(
            (order, faults) -> {
              if (opened.incrementAndGet() == 2) {
                second.countDown();
              }
              return numbers(0, 8, 2).open(order, faults);
            })) {
      assertThat(loader.next()).isNotNull();
      assertThat(loader.next()).isNotNull();
      assertThat(second.await(200, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(loader.next()).as("what lacks comes of another pass").isNotNull();
      assertThat(opened.get()).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  @Timeout(60)
  void dataWithFewerUsableSamplesThanABatchEndAfterAPass() {
    Faults faults = new Faults();
    try (BatchLoader loader = loader(numbers(1, 10, 2), 4, 0, faults)) {
      assertThat(loader.next()).isNull();
      assertThat(loader.usable()).isZero();
    }
    assertThat(faults.count()).as("each once").isEqualTo(10);
    try (BatchLoader loader = loader(numbers(0, 6, 1), 4, 0, new Faults())) {
      assertThat(loader.next()).isNull();
      assertThat(loader.usable()).isEqualTo(3);
    }
  }

  /** Opens some samples. */
  private interface Opening {
    SampleStream open(Order order, Faults faults);
  }

  private static BatchLoader loader(Opening opening) {
    Dataset dataset =
        new Dataset() {
          @Override
          public OptionalLong size() {
            return OptionalLong.empty();
          }

          @Override
          public SampleStream open(Order order, Faults faults) {
            return opening.open(order, faults);
          }
        };
    return loader(dataset, 4, 0, new Faults());
  }

  @Test
  @Timeout(60)
  void waitingEndsAtOnceWhenItIsToStop() {
    CountDownLatch closed = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    SampleStream hanging =
        new SampleStream() {
          @Override
          public @Nullable Sample next() {
            stop.set(true); // Somebody waits now.
            while (closed.getCount() > 0) {
              Thread.onSpinWait(); // As a read that no interrupt ends.
            }
            return null;
          }

          @Override
          public void close() {
            closed.countDown();
          }
        };
    try (BatchLoader loader = loader((order, faults) -> hanging)) {
      assertThat(loader.next(stop::get)).isNull();
    }
    assertThat(closed.getCount()).isZero();
  }
}
