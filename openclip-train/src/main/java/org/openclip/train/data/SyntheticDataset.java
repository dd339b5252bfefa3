package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * One grey image and one caption over and over, to measure the speed of a training without data.
 *
 * @param samples how many an epoch has on all ranks together
 */
public record SyntheticDataset(long samples) implements Dataset {
  private static final String CAPTION = "Dummy caption";

  /** A grey image of two by two pixels, as a BMP file. */
  private static final byte[] PICTURE = greyBitmap();

  /** Checks that there is a sample. */
  public SyntheticDataset {
    if (samples < 1) {
      throw new InvalidInputException(
          "a synthetic dataset has "
              + samples
              + " samples, but must have at least 1; set --train-num-samples");
    }
  }

  private static byte[] greyBitmap() {
    ByteBuffer file = ByteBuffer.allocate(54 + 16).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B').put((byte) 'M').putInt(70).putInt(0).putInt(54);
    file.putInt(40).putInt(2).putInt(2).putShort((short) 1).putShort((short) 24);
    for (int at = 54; at < 70; at++) {
      file.put(at, (byte) 128);
    }
    return file.array();
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(samples);
  }

  @Override
  public SampleStream open(Order order, Faults faults) {
    long mine = samples / order.ranks() + (order.rank() < samples % order.ranks() ? 1 : 0);
    return new SampleStream() {
      private long at;

      @Override
      public @Nullable Sample next() {
        return at < mine
            ? new Sample("synthetic/" + at++, Sample.Picture.of(PICTURE), CAPTION)
            : null;
      }

      @Override
      public void close() {}
    };
  }
}
