package org.openclip.train.shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

/**
 * A dataset of tar shards in WebDataset format. The shards of a shuffled list are distributed over
 * the ranks in turn, or each rank draws shards with replacement. A shuffle buffer shuffles the
 * samples.
 *
 * @param shards where the shards are
 * @param resampled whether shards are drawn with replacement, each as often as its factor says;
 *     such an epoch never ends by itself
 * @param shuffled whether the order is random; evaluation wants it as it is
 * @param buffer the size of the shuffle buffer, in samples
 * @param known how many samples all shards have together, if somebody said
 * @param members which files are a sample's image and caption
 * @param files what opens the shards
 */
public record WebDataset(
    ShardList shards,
    boolean resampled,
    boolean shuffled,
    int buffer,
    OptionalLong known,
    SampleMembers members,
    RemoteFiles files)
    implements Dataset {
  /** The default size of the shuffle buffer, in samples. */
  public static final int BUFFER = 5000;

  private static final long SHARDS = 1;
  private static final long SAMPLES = 2;
  private static final long CAPTIONS = 4;

  /** Checks that there are shards for factors to choose from. */
  public WebDataset {
    if (shards.locations().isEmpty() || buffer < 1) {
      throw new InvalidInputException("a dataset needs at least one shard and a buffer of one");
    }
    if (!resampled && shards.factors().stream().anyMatch(f -> f != 1)) {
      throw new InvalidInputException(
          "upsampling factors need --dataset-resampled: without it every shard is read once");
    }
  }

  /** Creates a dataset of the usual images and captions. */
  public WebDataset(
      ShardList shards, boolean resampled, boolean shuffled, int buffer, OptionalLong known) {
    this(shards, resampled, shuffled, buffer, known, Members.USUAL, new RemoteFiles());
  }

  /** Returns the same samples once and in their order. */
  public WebDataset once() {
    ShardList evenly =
        new ShardList(
            shards.locations(),
            Collections.nCopies(shards.locations().size(), 1.0),
            shards.commands());
    return new WebDataset(evenly, false, false, 1, known, members, files);
  }

  @Override
  public OptionalLong size() {
    return resampled ? OptionalLong.empty() : known;
  }

  @Override
  public SampleStream open(Order order, Faults faults) {
    ShardOrder next = resampled ? drawn(order) : listed(order);
    SampleStream stream = new Samples(this, next, order.own(CAPTIONS), faults);
    return shuffled ? new ShuffleBuffer(stream, buffer, order.own(SAMPLES)) : stream;
  }

  @Override
  public String fingerprint() {
    CRC32C sum = new CRC32C();
    for (String location : shards.locations()) {
      String name = location.substring(location.lastIndexOf('/') + 1);
      sum.update((name + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return shards.locations().size()
        + " shards"
        + (known.isPresent() ? " of " + known.getAsLong() + " samples, " : ", ")
        + Long.toHexString(sum.getValue());
  }

  /** Yields the location of the next shard; null after the last. */
  private interface ShardOrder {
    @Nullable String next();
  }

  private ShardOrder listed(Order order) {
    List<String> all = new ArrayList<>(shards.locations());
    if (shuffled) {
      SplittableRandom random = order.shared(SHARDS);
      for (int i = all.size() - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        all.set(i, all.set(j, all.get(i)));
      }
    }
    if (all.size() < order.ranks()) {
      throw new InvalidInputException(
          "%s shards cannot be split among %s processes; create more shards, or use"
                  .formatted(all.size(), order.ranks())
              + " --dataset-resampled");
    }
    int[] at = {order.rank()};
    return () -> {
      String location = at[0] < all.size() ? all.get(at[0]) : null;
      at[0] += order.ranks();
      return location;
    };
  }

  private ShardOrder drawn(Order order) {
    SplittableRandom random = order.own(SHARDS);
    double[] upTo = new double[shards.factors().size()];
    double sum = 0;
    for (int i = 0; i < upTo.length; i++) {
      sum += shards.factors().get(i);
      upTo[i] = sum;
    }
    double all = sum;
    return () -> {
      int found = Arrays.binarySearch(upTo, random.nextDouble() * all);
      return shards.locations().get(Math.min(found < 0 ? -found - 1 : found + 1, upTo.length - 1));
    };
  }

  /** The samples of one shard after the other. */
  private static final class Samples implements SampleStream {
    private final ShardOrder order;
    private final WebDataset dataset;
    private final SplittableRandom random;
    private final Faults faults;
    private @Nullable ShardReader shard;
    private final Set<String> fruitless = new HashSet<>();
    private final int different;
    private int failedInARow;
    private static final int MOST_FAILED = 100;

    Samples(WebDataset dataset, ShardOrder order, SplittableRandom random, Faults faults) {
      this.dataset = dataset;
      this.order = order;
      this.random = random;
      this.faults = faults;
      this.different = new HashSet<>(dataset.shards().locations()).size();
    }

    @Override
    public @Nullable Sample next() {
      while (true) {
        ShardReader open = shard != null ? shard : openNext();
        if (open == null) {
          return null;
        }
        shard = open;
        try {
          ShardReader.Group group = open.next();
          if (group == null) {
            closeShard();
            continue;
          }
          Sample sample = sample(group);
          if (sample != null) {
            failedInARow = 0;
            fruitless.clear();
            return sample;
          }
        } catch (IOException e) {
          faults.skip("the rest of shard " + open.location(), String.valueOf(e.getMessage()));
          closeShard();
        }
      }
    }

    /** Opens the next shard; null after the last, or when none of all shards had a sample. */
    private @Nullable ShardReader openNext() {
      for (String location = order.next(); location != null; location = order.next()) {
        if (Thread.currentThread().isInterrupted()) {
          throw new OpenClipException("interrupted before the shard " + location + " was read");
        }
        if (dataset.resampled() && fruitless.size() == different) {
          return null;
        }
        fruitless.add(location);
        try {
          return ShardReader.open(location, dataset.files(), dataset.shards().commands());
        } catch (IOException | InvalidInputException e) {
          faults.skip(
              "shard " + location,
              String.valueOf(e instanceof InvalidInputException ? e.getMessage() : e));
          if (++failedInARow >= MOST_FAILED) {
            throw new OpenClipException(
                MOST_FAILED + " shards in a row cannot be read, the last one is " + location, e);
          }
        }
      }
      return null;
    }

    private @Nullable Sample sample(ShardReader.Group group) {
      try {
        return dataset.members().sample(group, random);
      } catch (InvalidInputException e) {
        faults.skip(group.name(), String.valueOf(e.getMessage()));
        return null;
      }
    }

    private void closeShard() {
      if (shard != null) {
        shard.close();
        shard = null;
      }
    }

    @Override
    public void close() {
      closeShard();
    }
  }
}
