package org.openclip.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;

class BatchLoaderTest {
  private static final Order ORDER = new Order(3, 0, 0, 1);

  /** A sample becomes its number and a random one; every seventh is damaged. */
  private static final Preparation PREPARATION =
      new Preparation() {
        @Override
        public int pixels() {
          return 2;
        }

        @Override
        public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
          int number = Integer.parseInt(sample.key());
          if (number % 7 == 6) {
            throw new InvalidInputException("sample " + number + " is damaged");
          }
          out.put(number).put(random.nextFloat());
          return new long[] {number, -number};
        }

        @Override
        public Map<String, Tensor> images(List<ByteBuffer> prepared) {
          return Batches.numbers(prepared, pixels());
        }
      };

  private static SampleStream numbers(int count) {
    return new SampleStream() {
      private int at;

      @Override
      public @Nullable Sample next() {
        String key = Integer.toString(at++);
        return at <= count ? new Sample(key, Sample.Picture.of(new byte[0]), "") : null;
      }

      @Override
      public void close() {}
    };
  }

  private static List<String> run(int samples, int threads, long skip, boolean dropLast) {
    List<String> seen = new ArrayList<>();
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(numbers(samples), ORDER, PREPARATION, 4, threads, skip, dropLast, faults)) {
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        StringBuilder text = new StringBuilder(batch.position() + ":");
        for (int i = 0; i < batch.size(); i++) {
          text.append(' ')
              .append(batch.keys().get(i))
              .append('/')
              .append(Batches.numbers(batch).getFloat(8 * i))
              .append('/')
              .append(Batches.numbers(batch).getFloat(8 * i + 4))
              .append('/')
              .append(batch.tokens().getLong(16 * i + 8));
        }
        seen.add(text.toString());
      }
    }
    return seen;
  }

  @Test
  void batchesDoNotDependOnThreads() {
    List<String> one = run(103, 1, 0, false);

    assertThat(run(103, 8, 0, false)).isEqualTo(one);
    assertThat(one.get(1)).startsWith("9: 4/4.0/").contains("5/5.0/", "7/7.0/", "8/8.0/");
    assertThat(one).hasSize(23);
    assertThat(run(103, 3, 0, true)).isEqualTo(one.subList(0, 22));
  }

  @Test
  void anEpochGoesOnWhereItStopped() {
    List<String> whole = run(103, 2, 0, true);
    long position = Long.parseLong(whole.get(9).substring(0, whole.get(9).indexOf(':')));

    assertThat(run(103, 2, position, true)).isEqualTo(whole.subList(10, whole.size()));
  }

  @Test
  void damagedSamplesAreCounted() {
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(numbers(70), ORDER, PREPARATION, 4, 2, 0, true, faults)) {
      while (loader.next() != null) {
        // Reads on.
      }
    }
    assertThat(faults.count()).isEqualTo(10);
  }

  @Test
  void aStreamThatFailsFailsTheLoader() {
    SampleStream failing =
        new SampleStream() {
          @Override
          public Sample next() {
            throw new OpenClipException("100 shards in a row");
          }

          @Override
          public void close() {}
        };
    try (BatchLoader loader =
        new BatchLoader(failing, ORDER, PREPARATION, 4, 2, 0, true, new Faults())) {
      assertThatThrownBy(loader::next)
          .isInstanceOf(OpenClipException.class)
          .hasMessage("100 shards in a row");
    }
  }

  @Test
  void anInterruptEndsTheWait() {
    try (BatchLoader loader =
        new BatchLoader(
            numbers(Integer.MAX_VALUE), ORDER, PREPARATION, 4, 2, 0, true, new Faults())) {
      assertThat(loader.next()).isNotNull();
      Thread.currentThread().interrupt();
      Throwable thrown = catchThrowable(loader::next);
      boolean kept = Thread.interrupted();

      assertThat(thrown)
          .isInstanceOf(InterruptedCallException.class)
          .hasMessage("interrupted while waiting for samples");
      assertThat(kept).isTrue();
      assertThat(loader.next()).isNotNull();
    }
  }

  @Test
  void closingDoesNotWaitForTheEnd() {
    for (int i = 0; i < 20; i++) {
      try (BatchLoader loader =
          new BatchLoader(
              numbers(Integer.MAX_VALUE), ORDER, PREPARATION, 4, 2, 0, true, new Faults())) {
        assertThat(loader.next()).isNotNull();
      }
    }
  }
}
