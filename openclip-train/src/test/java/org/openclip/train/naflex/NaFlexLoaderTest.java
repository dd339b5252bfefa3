package org.openclip.train.naflex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PatchResampling;
import org.openclip.api.image.ResizeFilter;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.Batch;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.BatchShape;
import org.openclip.train.data.Batches;
import org.openclip.train.data.Faults;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;

/** Batches of several shapes, some of whose samples cannot be used. */
class NaFlexLoaderTest {
  private static final int SAMPLES = 500;
  private static final Order ORDER = new Order(3, 2, 0, 1);
  private static final NaFlexSchedule SCHEDULE =
      NaFlexSchedule.ofSamples(TokenBudget.of(List.of(2, 3, 5), List.of(), 20, 2), SAMPLES, 1)
          .with(
              PatchSizes.of(
                  4,
                  List.of(4, 6, 3),
                  List.of(),
                  pixels -> new PatchResampling(pixels, 4, ResizeFilter.BICUBIC)));

  /**
   * A sample becomes its number, a random one, and the length and the patch size of its batch.
   * Every seventh is damaged, and every fifth is too large for the length 2.
   *
   * @param length of the batch
   * @param patch the side length of its patches
   */
  private record Numbers(int length, int patch) implements Preparation {
    @Override
    public int pixels() {
      return 4;
    }

    @Override
    public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
      int number = Integer.parseInt(sample.key());
      if (number % 7 == 6 || (number % 5 == 0 && length == 2)) {
        throw new InvalidInputException("sample " + number + " is damaged");
      }
      out.put(number).put(random.nextFloat()).put(length).put(patch);
      return new long[] {number};
    }

    @Override
    public Map<String, Tensor> images(List<ByteBuffer> prepared) {
      return Batches.numbers(prepared, pixels());
    }

    @Override
    public Preparation of(BatchShape shape) {
      return new Numbers(shape.patches(), shape.pixels());
    }
  }

  /** Loads an epoch, and returns each batch as a text. */
  private static List<String> load(int threads, long first, long skip, Faults faults) {
    List<Sample> samples =
        IntStream.range(0, SAMPLES)
            .mapToObj(i -> new Sample(Integer.toString(i), Sample.Picture.of(new byte[0]), ""))
            .toList();
    List<String> seen = new ArrayList<>();
    try (BatchLoader loader =
        new BatchLoader(
            new ListedDataset(samples, true).open(ORDER, faults),
            ORDER,
            new Numbers(-1, -1),
            SCHEDULE,
            first,
            threads,
            skip,
            true,
            faults)) {
      long number = first;
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        BatchShape shape = SCHEDULE.at(ORDER.epoch(), number++);
        assertThat(batch.size()).isEqualTo(shape.size());
        StringBuilder text = new StringBuilder(batch.position() + ":");
        ByteBuffer numbers = Batches.numbers(batch);
        for (int i = 0; i < batch.size(); i++) {
          assertThat(numbers.getFloat(16 * i)).isEqualTo(Float.parseFloat(batch.keys().get(i)));
          assertThat(numbers.getFloat(16 * i + 8)).isEqualTo(shape.patches());
          assertThat(numbers.getFloat(16 * i + 12)).isEqualTo(shape.pixels());
          text.append(' ').append(batch.keys().get(i)).append('/');
          text.append(numbers.getFloat(16 * i + 4));
        }
        seen.add(text.toString());
      }
    }
    return seen;
  }

  @Test
  void batchesDoNotDependOnThreads() {
    Faults faults = new Faults();
    List<String> one = load(1, 0, 0, faults);

    assertThat(one).hasSizeGreaterThan(40);
    assertThat(faults.count()).isGreaterThan(SAMPLES / 7);
    for (int threads : new int[] {1, 2, 8}) {
      Faults again = new Faults();
      assertThat(load(threads, 0, 0, again)).isEqualTo(one);
      assertThat(again.count()).isEqualTo(faults.count());
    }
  }

  @Test
  void anEpochGoesOnWhereItStopped() {
    List<String> whole = load(2, 0, 0, new Faults());
    int done = 17;
    long position = Long.parseLong(whole.get(done - 1).split(":", 2)[0]);

    assertThat(load(3, done, position, new Faults())).isEqualTo(whole.subList(done, whole.size()));
  }
}
