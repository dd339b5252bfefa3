package org.openclip.train.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.hub.PictureFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

/**
 * The samples of a dataset in their order, decoded, some at a time. Those that cannot be decoded
 * are left out and counted.
 */
public final class DecodedSamples implements AutoCloseable {
  private final SampleStream stream;
  private final PictureFiles decoder;
  private final int size;
  private final Faults faults;

  /**
   * Some samples.
   *
   * @param pictures decoded
   * @param captions of the pictures, in order
   */
  public record Chunk(List<Image> pictures, List<String> captions) {
    /** Copies the lists. */
    public Chunk {
      pictures = List.copyOf(pictures);
      captions = List.copyOf(captions);
    }
  }

  /** A sample whose picture is decoded, or null where it cannot be. */
  private record Decoded(String caption, @Nullable Image picture) {}

  /**
   * Opens a dataset.
   *
   * @param size how many samples are decoded together
   * @param faults is told what is left out
   */
  public DecodedSamples(Dataset dataset, PictureFiles decoder, int size, Faults faults) {
    this.stream = dataset.open(new Order(0, 0, 0, 1), faults);
    this.decoder = decoder;
    this.size = size;
    this.faults = faults;
  }

  /** Returns the next samples; null after the last. */
  public @Nullable Chunk next() {
    while (true) {
      List<Sample> some = new ArrayList<>();
      while (some.size() < size) {
        Sample sample = stream.next();
        if (sample == null) {
          break;
        }
        some.add(sample);
      }
      if (some.isEmpty()) {
        return null;
      }
      List<Decoded> decoded =
          some.parallelStream()
              .map(sample -> new Decoded(sample.caption(), decode(sample)))
              .filter(sample -> sample.picture() != null)
              .toList();
      if (!decoded.isEmpty()) {
        return new Chunk(
            decoded.stream().map(d -> Objects.requireNonNull(d.picture())).toList(),
            decoded.stream().map(Decoded::caption).toList());
      }
    }
  }

  private @Nullable Image decode(Sample sample) {
    try {
      return decoder.decode(sample.picture().read(), sample.key());
    } catch (IOException | InvalidInputException e) {
      faults.skip(sample.key(), String.valueOf(e.getMessage()));
      return null;
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
