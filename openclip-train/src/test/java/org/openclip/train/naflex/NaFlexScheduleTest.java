package org.openclip.train.naflex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PatchResampling;
import org.openclip.api.image.ResizeFilter;
import org.openclip.train.data.BatchShape;

/** The batches of NaFlex training are sized as the reference sizes them. */
class NaFlexScheduleTest {
  private static final TokenBudget USUAL =
      TokenBudget.of(List.of(576, 128, 256, 784, 1024), List.of(), 16384, 8);

  private static List<BatchShape> epoch(NaFlexSchedule schedule, int epoch) {
    List<BatchShape> shapes = new ArrayList<>();
    for (int i = 0; i < schedule.batches(1); i++) {
      shapes.add(schedule.at(epoch, i));
    }
    return shapes;
  }

  /** Tokens of a batch, divisor, length, and the size that the reference gives. */
  @ParameterizedTest
  @CsvSource({
    "16384, 8, 128, 128", // without a rest
    "16384, 8, 576, 24", // 28.4, down to a multiple of 8
    "16384, 8, 784, 16",
    "16384, 1, 784, 20",
    "16384, 8, 4096, 1", // 4 is no multiple of 8
    "4096, 8, 4096, 1",
    "100, 2, 16, 6",
  })
  void aBatchHasAsManyImagesAsTheTokensAllow(int tokens, int divisor, int length, int size) {
    TokenBudget budget = TokenBudget.of(List.of(length), List.of(), tokens, divisor);

    NaFlexSchedule schedule = NaFlexSchedule.ofSamples(budget, 1000L * size, 0);

    assertThat(epoch(schedule, 0)).hasSize(1000).containsOnly(new BatchShape(size, length));
  }

  @Test
  void noBatchHasMoreTokensThanTheBudget() {
    for (BatchShape shape : epoch(NaFlexSchedule.ofSamples(USUAL, 100_000, 3), 5)) {
      assertThat((long) shape.size() * shape.patches()).isLessThanOrEqualTo(16384);
    }
  }

  @Test
  void anEpochHasEverySampleOnceAndTheLastBatchWhatIsLeft() {
    NaFlexSchedule schedule = NaFlexSchedule.ofSamples(USUAL, 100_003, 3);

    List<BatchShape> shapes = epoch(schedule, 0);

    assertThat(shapes.stream().mapToInt(BatchShape::size).sum()).isEqualTo(100_003);
    assertThat(shapes.stream().filter(shape -> shape.size() % 8 != 0)).hasSize(1);
    assertThat(schedule.samples()).isEqualTo(100_003);
    assertThat(schedule.largest()).isEqualTo(128);
  }

  @Test
  void anEpochOfTokensEndsWhenTheyAreUsedUp() {
    NaFlexSchedule schedule = NaFlexSchedule.ofTokens(USUAL, 1_000_000, 3);

    long tokens =
        epoch(schedule, 0).stream().mapToLong(shape -> (long) shape.size() * shape.patches()).sum();

    // Batches of what is left are multiples of 8 images, too, and one image at least.
    assertThat(tokens).isBetween(1_000_000L, 1_000_000L + 1023);
    assertThat(epoch(NaFlexSchedule.ofTokens(USUAL, 1, 3), 0)).hasSize(1);
  }

  @Test
  void everyProcessDrawsTheSameAndEveryEpochTheSameInAnotherOrder() {
    NaFlexSchedule one = NaFlexSchedule.ofSamples(USUAL, 20_000, 3);
    NaFlexSchedule other = NaFlexSchedule.ofSamples(USUAL, 20_000, 3);

    for (int epoch : new int[] {0, 4, 1}) {
      assertThat(epoch(other, epoch)).isEqualTo(epoch(one, epoch));
    }
    assertThat(epoch(one, 1)).isNotEqualTo(epoch(one, 0));
    assertThat(epoch(one, 1)).containsExactlyInAnyOrderElementsOf(epoch(one, 0));
    assertThat(epoch(NaFlexSchedule.ofSamples(USUAL, 20_000, 4), 0)).isNotEqualTo(epoch(one, 0));
  }

  @Test
  void everyWorkerHasTheSameNumberOfBatches() {
    NaFlexSchedule schedule = NaFlexSchedule.ofSamples(USUAL, 20_000, 3);
    long batches = schedule.batches(1);
    assertThat(batches % 4).isNotZero();

    assertThat(schedule.batches(4)).isEqualTo((batches / 4 + 1) * 4);
    assertThat(schedule.batches(0)).isEqualTo(batches);
    assertThat(schedule.at(2, batches)).isEqualTo(schedule.at(2, 0));
  }

  @Test
  void lengthsAreDrawnAsOftenAsTheirWeightsSay() {
    List<Integer> lengths = List.of(64, 16, 32);
    NaFlexSchedule even =
        NaFlexSchedule.ofSamples(TokenBudget.of(lengths, List.of(), 64, 1), 100_000, 1);
    NaFlexSchedule weighted =
        NaFlexSchedule.ofSamples(
            TokenBudget.of(lengths, List.of(3.0, 1.0, 0.0), 64, 1), 100_000, 1);

    shares(even).forEach((length, share) -> assertThat(share).isCloseTo(1.0 / 3, within(0.01)));
    assertThat(shares(even)).containsOnlyKeys(16, 32, 64);
    assertThat(shares(weighted)).containsOnlyKeys(16, 64);
    assertThat(shares(weighted).get(64)).isCloseTo(0.75, within(0.01));
  }

  private static Map<Integer, Double> shares(NaFlexSchedule schedule) {
    Map<Integer, Double> shares = new TreeMap<>();
    List<BatchShape> shapes = epoch(schedule, 0);
    shapes.forEach(shape -> shares.merge(shape.patches(), 1.0 / shapes.size(), Double::sum));
    return shares;
  }

  @Test
  void aPatchSizeIsDrawnForEachBatchAsOftenAsItsWeightSays() {
    PatchSizes sizes = sizes(List.of(16, 32, 8), List.of(1.0, 2.0, 1.0));
    NaFlexSchedule plain = NaFlexSchedule.ofSamples(USUAL, 200_000, 3);
    NaFlexSchedule schedule = plain.with(sizes);

    Map<Integer, Double> shares = new TreeMap<>();
    List<BatchShape> shapes = epoch(schedule, 0);
    shapes.forEach(shape -> shares.merge(shape.pixels(), 1.0 / shapes.size(), Double::sum));

    assertThat(shares).containsOnlyKeys(8, 16, 32);
    assertThat(shares.get(32)).isCloseTo(0.5, within(0.02));
    assertThat(shares.get(8)).isCloseTo(0.25, within(0.02));
    // Sizes are drawn anew in each epoch, and change no other part of a batch.
    assertThat(schedule.at(1, 0)).isEqualTo(schedule.at(1, 0));
    assertThat(pixels(schedule, 1)).isNotEqualTo(pixels(schedule, 0));
    for (int i = 0; i < shapes.size(); i++) {
      assertThat(new BatchShape(shapes.get(i).size(), shapes.get(i).patches()))
          .isEqualTo(plain.at(0, i));
    }
  }

  private static PatchSizes sizes(List<Integer> sizes, List<Double> weights) {
    return PatchSizes.of(
        16, sizes, weights, pixels -> new PatchResampling(pixels, 16, ResizeFilter.BICUBIC));
  }

  private static List<Integer> pixels(NaFlexSchedule schedule, int epoch) {
    return epoch(schedule, epoch).stream().map(BatchShape::pixels).toList();
  }

  @Test
  void patchSizesThatCannotBeDrawnAreRefused() {
    assertThatThrownBy(() -> sizes(List.of(16, 0), List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("[16, 0]")
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> sizes(List.of(), List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(() -> sizes(List.of(16, 8), List.of(0.0, 0.0)))
        .hasMessageContaining("one must be above 0");
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThatThrownBy(() -> TokenBudget.of(List.of(128, 256), List.of(), 200, 8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("200 tokens is smaller than one image of 256 patches");
    assertThatThrownBy(() -> TokenBudget.of(List.of(0), List.of(), 200, 8))
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> TokenBudget.of(List.of(1, 2), List.of(1.0), 200, 8))
        .hasMessageContaining("1 weights for 2 numbers");
    assertThatThrownBy(() -> TokenBudget.of(List.of(1, 2), List.of(2.0, -1.0), 200, 8))
        .hasMessageContaining("none may be negative");
    assertThatThrownBy(() -> TokenBudget.of(List.of(1, 2), List.of(0.0, 0.0), 200, 8))
        .hasMessageContaining("one must be above 0");
    assertThatThrownBy(() -> NaFlexSchedule.ofSamples(USUAL, 0, 0))
        .hasMessageContaining("at least 1");
  }

  @Test
  void gradientsAreScaledByTheSizeOfABatch() {
    assertThat(LossScale.NONE.factor(16, 64)).isEqualTo(1);
    assertThat(LossScale.LINEAR.factor(16, 64)).isEqualTo(0.25);
    assertThat(LossScale.SQRT.factor(16, 64)).isEqualTo(0.5);
  }
}
