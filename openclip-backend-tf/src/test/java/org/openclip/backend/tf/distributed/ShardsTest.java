package org.openclip.backend.tf.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShardsTest {
  private static final int RANKS = 5;

  private static Map<String, Long> sizes() {
    Random random = new Random(8);
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      sizes.put("parameter" + i, 1L + random.nextInt(3_000_000));
    }
    return sizes;
  }

  @Test
  void everyParameterHasOneOwnerAndAllOwnAboutAsMuch() {
    Map<String, Long> sizes = sizes();
    long[] load = new long[RANKS];
    sizes.forEach(
        (name, size) -> {
          int owner = Shards.of(sizes, RANKS, 0).owner(name);
          load[owner] += size;
          for (int rank = 0; rank < RANKS; rank++) {
            assertThat(Shards.of(sizes, RANKS, rank).own(name)).isEqualTo(rank == owner);
          }
        });
    long all = sizes.values().stream().mapToLong(Long::longValue).sum();
    for (long one : load) {
      assertThat(one).isBetween(all / RANKS * 99 / 100, all / RANKS * 101 / 100);
    }
  }

  @Test
  void bucketsHoldParametersOfOneOwnerUpToTheirSize() {
    Map<String, Long> sizes = sizes();
    sizes.put("larger than a bucket", 40_000_000L);
    Shards shards = Shards.of(sizes, RANKS, 2);
    List<String> names = new ArrayList<>();

    List<Shards.Bucket> buckets = shards.buckets(sizes.keySet());

    for (Shards.Bucket bucket : buckets) {
      assertThat(bucket.names()).allMatch(name -> shards.owner(name) == bucket.owner());
      assertThat(bucket.count()).isEqualTo(bucket.names().stream().mapToLong(shards::size).sum());
      assertThat(bucket.names().size() == 1 || 4 * bucket.count() <= 25 << 20).isTrue();
      names.addAll(bucket.names());
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(sizes.keySet());
    assertThat(Shards.of(sizes, RANKS, 0).buckets(sizes.keySet())).isEqualTo(buckets);
  }
}
