package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.testkit.Fixtures;

/** Whatever the bytes are, they end in a picture or in an error that names the file. */
@Tag("once")
class PictureFuzzTest {
  private static final int MOST_BYTES = 200_000;
  private static final long MOST_NANOS = 2_000_000_000L;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final ImageIoDecoder decoder = new ImageIoDecoder();

  /** Returns the goldens and the other kinds, up to a size. */
  private static List<Path> pictures() throws IOException {
    Path goldens = Fixtures.path("preprocess/images");
    Path kinds =
        Path.of("src/test/resources").resolve("org/openclip/models/image/kinds").toAbsolutePath();
    try (Stream<Path> first = Files.list(goldens);
        Stream<Path> second = Files.list(kinds)) {
      List<Path> all =
          Stream.concat(first, second)
              .filter(file -> file.toFile().length() <= MOST_BYTES)
              .filter(file -> !file.toString().endsWith(".tsv"))
              .sorted()
              .toList();
      assertThat(all).hasSizeGreaterThan(200);
      return all;
    }
  }

  private static byte[] mutate(byte[] whole, byte[] other, Random random) {
    byte[] file = whole.clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        // In the header, where sizes and kinds stand.
        for (int i = random.nextInt(3); i >= 0; i--) {
          file[random.nextInt(Math.min(file.length, 64))] = (byte) random.nextInt();
        }
      }
      case 1 -> {
        for (int i = random.nextInt(12); i >= 0; i--) {
          file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 -> {
        int[] likely = {0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x40};
        for (int i = random.nextInt(6); i >= 0; i--) {
          file[random.nextInt(file.length)] = (byte) likely[random.nextInt(likely.length)];
        }
      }
      case 3 -> {
        return Arrays.copyOf(file, random.nextInt(file.length));
      }
      case 4 -> {
        // A part of another picture.
        int length = random.nextInt(Math.min(file.length, other.length));
        System.arraycopy(
            other,
            random.nextInt(other.length - length),
            file,
            random.nextInt(file.length - length),
            length);
      }
      default -> {
        // A part left out.
        int from = random.nextInt(file.length);
        int length = random.nextInt(Math.min(64, file.length - from));
        System.arraycopy(file, from + length, file, from, file.length - from - length);
        return Arrays.copyOf(file, file.length - length);
      }
    }
    return file;
  }

  private void run(int rounds, long seed) throws IOException {
    List<byte[]> pictures =
        pictures().stream()
            .map(
                path -> {
                  try {
                    return Files.readAllBytes(path);
                  } catch (IOException e) {
                    throw new AssertionError(path.toString(), e);
                  }
                })
            .toList();
    int decoded = 0;
    for (int round = 0; round < rounds; round++) {
      Random random = new Random(seed + round);
      int index = random.nextInt(pictures.size());
      byte[] other = pictures.get(random.nextInt(pictures.size()));
      byte[] file = mutate(pictures.get(index), other, random);
      String name = "picture " + index + ", seed " + (seed + round);
      long before = threads.getCurrentThreadCpuTime();
      try {
        Image image = decoder.decode(file, name);
        assertThat(image.pixels()).as(name).isNotEmpty();
        decoded++;
      } catch (InvalidInputException e) {
        assertThat(e).as(name).hasMessageStartingWith(name);
        // A stumble of our own is an error of the program, though users see one of the file.
        if (e.getCause() instanceof RuntimeException) {
          fail(name + " ends in " + e.getCause(), e);
        }
      } catch (RuntimeException | Error e) {
        fail(name + " ends in " + e, e);
      }
      long nanos = threads.getCurrentThreadCpuTime() - before;
      assertThat(nanos).as("processor time of %s", name).isLessThan(MOST_NANOS);
    }
    assertThat(decoded).isBetween(rounds / 20, rounds);
  }

  @Test
  void survivesDamage() throws IOException {
    run(1500, 1);
  }

  @Test
  @Tag("full")
  void survivesTwentyThousandDamages() throws IOException {
    run(20_000, 1_000_000);
  }
}
