package org.openclip.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.Faults;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;
import org.openclip.train.shard.ShardList;
import org.openclip.train.shard.WebDataset;

/** Where processes go on, as many as before or not. */
class ProgressTest {
  private static final ListedDataset DATA =
      new ListedDataset(
          java.util.stream.IntStream.range(0, 37)
              .mapToObj(i -> new Sample("s" + i, Sample.Picture.of(new byte[0]), "a"))
              .toList(),
          true);

  /** Lets processes read so many samples each, or all there are. */
  private static List<Long> read(Progress from, int ranks, long each, List<String> seen) {
    List<Long> positions = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      Progress own = from.of(rank, ranks);
      Order order = new Order(5, own.epoch(), rank, ranks);
      try (SampleStream samples =
          own.before().isEmpty()
              ? DATA.open(order, new Faults())
              : DATA.openRest(order, new Faults(), own.before())) {
        long at = 0;
        for (Sample sample = samples.next(); sample != null; sample = samples.next()) {
          if (at >= own.position() && at < own.position() + each) {
            seen.add(sample.key());
          }
          at++;
        }
        positions.add(Math.min(own.position() + each, at));
      }
    }
    return positions;
  }

  @Test
  void noSampleIsSeenTwiceOrLostWhateverTheNumberOfProcesses() {
    List<String> seen = new ArrayList<>();
    Progress progress = new Progress(2, 0, 10);
    for (int ranks : new int[] {3, 2, 2, 4, 1}) {
      Progress start = progress.of(0, ranks);
      long each = ranks == 1 ? 100 : 3;
      progress = start.everywhere(read(progress, ranks, each, seen));
      progress = Progress.of("training.json", progress.toJson());
    }

    assertThat(seen).hasSize(37).doesNotHaveDuplicates();
  }

  @Test
  void theSameNumberOfProcessesGoesOnWhereEachWas() {
    Progress saved = new Progress(1, 4, 9).everywhere(List.of(4L, 6L));

    assertThat(saved.of(1, 2).position()).isEqualTo(6);
    assertThat(saved.of(1, 2).before()).isEmpty();
    assertThat(Progress.of("f", new Progress(1, 4, 9).toJson())).isEqualTo(new Progress(1, 4, 9));
    assertThat(new Progress(3, 0, 9).of(1, 4).before()).isEmpty();
  }

  @Test
  void shardsOfTheirOwnAreNotDividedAnewInTheMiddleOfAnEpoch() {
    WebDataset shards =
        new WebDataset(ShardList.of("a{0..9}.tar", null), false, true, 1, OptionalLong.empty());

    assertThatThrownBy(
            () -> shards.openRest(new Order(0, 0, 0, 2), new Faults(), List.of(List.of(4L))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("started with 1 processes")
        .hasMessageContaining("with 2 processes");
  }
}
