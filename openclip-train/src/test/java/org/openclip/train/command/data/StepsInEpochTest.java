package org.openclip.train.command.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.SyntheticDataset;
import org.openclip.train.shard.ShardList;
import org.openclip.train.shard.WebDataset;

class StepsInEpochTest {
  private static final Dataset SHARDS =
      new WebDataset(ShardList.of("a.tar", null), false, true, 5, OptionalLong.empty());

  /** The reference rounds up twice for shards: to whole batches, and to as many a worker. */
  @ParameterizedTest
  @CsvSource({
    "2905954, 64, 1, 4, 1, 45408, 45405",
    "2905954, 64, 4, 4, 1, 11352, 11351",
    "2905954, 64, 1, 0, 1, 45406, 45405",
    "100, 8, 1, 2, 1, 14, 12",
    "100, 8, 1, 3, 1, 15, 12",
    "16, 8, 1, 2, 1, 2, 2",
    "5, 8, 1, 4, 1, 4, 0",
    "1000, 10, 1, 4, 4, 28, 25",
    "1000, 10, 3, 4, 4, 9, 8"
  })
  void stepsAreCountedAsTheReferenceDoes(
      long samples, int batch, int parts, int workers, int ranks, long shards, long listed) {
    StepsInEpoch steps = new StepsInEpoch(batch, parts, workers, ranks);

    assertThat(steps.of(SHARDS, samples)).isEqualTo(shards);
    assertThat(steps.of(new SyntheticDataset(samples), samples)).isEqualTo(listed);
  }
}
