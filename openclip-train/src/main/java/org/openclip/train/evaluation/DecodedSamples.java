package org.openclip.train.evaluation;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
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
  private final Check check;

  /** The question whether a caption can be used. */
  public interface Check {
    /**
     * Looks at a caption.
     *
     * @throws InvalidInputException when it cannot be used; its sample is left out
     */
    void of(String caption);
  }

  /**
   * Some samples.
   *
   * @param pictures decoded
   * @param captions of the pictures, in order
   * @param digests of the pictures' files, in order; those of equal files are equal
   */
  public record Chunk(List<Image> pictures, List<String> captions, List<String> digests) {
    /** Copies the lists. */
    public Chunk {
      pictures = List.copyOf(pictures);
      captions = List.copyOf(captions);
      digests = List.copyOf(digests);
    }
  }

  private record Decoded(String caption, Image picture, String digest) {}

  /**
   * Opens a dataset.
   *
   * @param size how many samples are decoded together
   * @param faults is told what is left out
   * @param check of every caption
   */
  public DecodedSamples(
      Dataset dataset, PictureFiles decoder, int size, Faults faults, Check check) {
    this.stream = dataset.open(new Order(0, 0, 0, 1), faults);
    this.decoder = decoder;
    this.size = size;
    this.faults = faults;
    this.check = check;
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
          some.parallelStream().map(this::decode).flatMap(Optional::stream).toList();
      if (!decoded.isEmpty()) {
        return new Chunk(
            decoded.stream().map(Decoded::picture).toList(),
            decoded.stream().map(Decoded::caption).toList(),
            decoded.stream().map(Decoded::digest).toList());
      }
    }
  }

  private Optional<Decoded> decode(Sample sample) {
    try {
      // The same caption of several whatever runs beside it: chance follows from the key.
      SplittableRandom random = new SplittableRandom(sample.key().hashCode());
      String caption = sample.caption().read(random);
      check.of(caption);
      byte[] bytes = sample.picture().read();
      return Optional.of(new Decoded(caption, decoder.decode(bytes, sample.key()), digest(bytes)));
    } catch (IOException | OpenClipException e) {
      faults.skip(sample.key(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
