package org.openclip.train.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;

/**
 * Samples in tar shards (WebDataset's convention). Each rank reads every so-many-th shard of a
 * shuffled list, or draws shards with replacement; a buffer shuffles the samples.
 *
 * @param shards where the shards are
 * @param resampled whether shards are drawn with replacement, each as often as its factor says;
 *     such an epoch never ends by itself
 * @param shuffled whether the order is random; evaluation wants it as it is
 * @param buffer how many samples the shuffling holds
 * @param known how many samples all shards have together, if somebody said
 */
public record WebDataset(
    ShardList shards, boolean resampled, boolean shuffled, int buffer, OptionalLong known)
    implements Dataset {
  /** How many samples the shuffling holds unless told otherwise. */
  public static final int BUFFER = 5000;

  /** What files of a sample may be its picture, the first found is. */
  private static final List<String> PICTURES = List.of("jpg", "png", "jpeg", "webp");

  private static final String CAPTION = "txt";
  private static final long SHARDS = 1;
  private static final long SAMPLES = 2;

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

  @Override
  public OptionalLong size() {
    return resampled ? OptionalLong.empty() : known;
  }

  @Override
  public SampleStream open(Order order, Faults faults) {
    ShardOrder next = resampled ? drawn(order) : listed(order);
    SampleStream stream = new Samples(next, faults);
    return shuffled ? new ShuffleBuffer(stream, buffer, order.own(SAMPLES)) : stream;
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
          "%d shards cannot be split among %d processes; make more shards, or use"
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
    private final Faults faults;
    private @Nullable ShardReader shard;
    private int failedInARow;
    private static final int MOST_FAILED = 100;

    Samples(ShardOrder order, Faults faults) {
      this.order = order;
      this.faults = faults;
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
            return sample;
          }
        } catch (IOException e) {
          faults.skip("the rest of a shard", String.valueOf(e.getMessage()));
          closeShard();
        }
      }
    }

    private @Nullable ShardReader openNext() {
      for (String location = order.next(); location != null; location = order.next()) {
        try {
          return ShardReader.open(location);
        } catch (IOException | InvalidInputException e) {
          faults.skip("shard " + location, String.valueOf(e));
          if (++failedInARow >= MOST_FAILED) {
            throw new OpenClipException(
                MOST_FAILED + " shards in a row cannot be read, the last is " + location, e);
          }
        }
      }
      return null;
    }

    private @Nullable Sample sample(ShardReader.Group group) {
      Map<String, byte[]> files = group.files();
      byte[] caption = files.get(CAPTION);
      if (caption == null) {
        faults.skip(group.name(), "it has no ." + CAPTION + " but " + files.keySet());
        return null;
      }
      for (String suffix : PICTURES) {
        byte[] picture = files.get(suffix);
        if (picture != null) {
          String text = text(group.name(), caption);
          return text == null ? null : new Sample(group.name(), Sample.Picture.of(picture), text);
        }
      }
      faults.skip(group.name(), "it has no picture (" + PICTURES + ") but " + files.keySet());
      return null;
    }

    private @Nullable String text(String name, byte[] bytes) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        faults.skip(name, "its caption is not UTF-8");
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
