package org.openclip.backend.tf.distributed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which process keeps the optimizer's state of which parameter, and so changes it: each has about
 * as many numbers as any other (Rajbhandari et al. 2020, arXiv 1910.02054, stage 1).
 */
public final class Shards {
  /** The size of what is sent at once. */
  private static final long BYTES = 25L << 20;

  private final Map<String, Long> sizes;
  private final Map<String, Integer> owners;
  private final int rank;

  /**
   * Parameters of one process that are sent together.
   *
   * @param owner the process
   * @param names of the parameters
   * @param count how many numbers they have together
   */
  public record Bucket(int owner, List<String> names, long count) {}

  private Shards(Map<String, Long> sizes, Map<String, Integer> owners, int rank) {
    this.sizes = sizes;
    this.owners = owners;
    this.rank = rank;
  }

  /**
   * Shares parameters out, the largest first, each to the process that has least.
   *
   * @param sizes how many numbers a parameter has, by name
   * @param ranks how many processes there are
   * @param rank which of them this is
   */
  public static Shards of(Map<String, Long> sizes, int ranks, int rank) {
    long[] load = new long[ranks];
    Map<String, Integer> owners = new HashMap<>();
    List<Map.Entry<String, Long>> largest = new ArrayList<>(sizes.entrySet());
    largest.sort(
        Map.Entry.<String, Long>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
    for (Map.Entry<String, Long> each : largest) {
      int least = 0;
      for (int r = 1; r < ranks; r++) {
        least = load[r] < load[least] ? r : least;
      }
      owners.put(each.getKey(), least);
      load[least] += each.getValue();
    }
    return new Shards(Map.copyOf(sizes), owners, rank);
  }

  /** Returns which process has a parameter. */
  public int owner(String name) {
    return Objects.requireNonNull(owners.get(name), name);
  }

  /** Returns whether this process has a parameter. */
  public boolean own(String name) {
    return owner(name) == rank;
  }

  /** Returns how many numbers a parameter has. */
  public long size(String name) {
    return Objects.requireNonNull(sizes.get(name), name);
  }

  /** Returns parameters by process, in pieces of a size that is sent at once. */
  public List<Bucket> buckets(Iterable<String> names) {
    List<Bucket> buckets = new ArrayList<>();
    Map<Integer, List<String>> open = new LinkedHashMap<>();
    Map<Integer, Long> counts = new HashMap<>();
    for (String name : names) {
      int owner = owner(name);
      long count = counts.getOrDefault(owner, 0L);
      if (count > 0 && 4 * (count + size(name)) > BYTES) {
        close(buckets, owner, open.remove(owner), count);
        count = 0;
      }
      open.computeIfAbsent(owner, o -> new ArrayList<>()).add(name);
      counts.put(owner, count + size(name));
    }
    open.forEach((owner, list) -> close(buckets, owner, list, counts.getOrDefault(owner, 0L)));
    return buckets;
  }

  private static void close(
      List<Bucket> buckets, int owner, @Nullable List<String> names, long count) {
    if (names != null) {
      buckets.add(new Bucket(owner, List.copyOf(names), count));
    }
  }
}
