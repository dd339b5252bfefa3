package org.openclip.train.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
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

  private record Decoded(String caption, Image picture) {}

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
      InterruptedCallException.check("samples were decoded");
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
          some.parallelStream().map(this::decode).flatMap(Optional::stream).toList();
      if (!decoded.isEmpty()) {
        return new Chunk(
            decoded.stream().map(Decoded::picture).toList(),
            decoded.stream().map(Decoded::caption).toList());
      }
    }
  }

  private Optional<Decoded> decode(Sample sample) {
    try {
      Image picture = decoder.decode(sample.picture().read(), sample.key());
      // The same caption of several whatever runs beside it: chance follows from the key.
      SplittableRandom random = new SplittableRandom(sample.key().hashCode());
      return Optional.of(new Decoded(sample.caption().read(random), picture));
    } catch (IOException | InvalidInputException e) {
      faults.skip(sample.key(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
