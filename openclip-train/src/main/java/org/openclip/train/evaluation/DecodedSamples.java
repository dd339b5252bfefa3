package org.openclip.train.evaluation;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Image;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

/**
 * Decodes the samples of a dataset in order, in chunks. Samples that cannot be decoded are skipped
 * and counted.
 */
public final class DecodedSamples implements AutoCloseable {
  private final SampleStream stream;
  private final PictureFiles decoder;
  private final int size;
  private final Faults faults;
  private final Check check;

  /** Checks whether a caption can be used. */
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
   * @param captions of the images, in order
   * @param digests of the images' files, in order; those of equal files are equal
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

  /** A sample that was decoded, or what is wrong with it. */
  private record Result(String key, @Nullable Decoded decoded, String problem) {}

  /**
   * Opens a dataset.
   *
   * @param size the number of samples of a chunk
   * @param faults counts skipped samples
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
      List<Decoded> decoded = new ArrayList<>();
      for (Result result : some.parallelStream().map(this::decode).toList()) {
        if (result.decoded() != null) {
          decoded.add(result.decoded());
        } else {
          faults.skip(result.key(), result.problem());
        }
      }
      if (!decoded.isEmpty()) {
        return new Chunk(
            decoded.stream().map(Decoded::picture).toList(),
            decoded.stream().map(Decoded::caption).toList(),
            decoded.stream().map(Decoded::digest).toList());
      }
    }
  }

  private Result decode(Sample sample) {
    try {
      // The same caption of several whatever runs beside it: chance follows from the key.
      SplittableRandom random = new SplittableRandom(sample.key().hashCode());
      String caption = sample.caption().read(random);
      check.of(caption);
      byte[] bytes = sample.picture().read();
      Decoded decoded = new Decoded(caption, sample.decode(decoder, bytes), digest(bytes));
      return new Result(sample.key(), decoded, "");
    } catch (IOException | OpenClipException e) {
      return new Result(sample.key(), null, String.valueOf(e.getMessage()));
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
