package org.openclip.hub.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Fixtures;

/** Damaged headers and pickles: each ends in weights or in one error, in little time and memory. */
@Tag("golden-checkpoints")
@Tag("once")
class MutatedCheckpointsTest {
  private static final int MUTATIONS = 10_000;

  /** What opening any file takes: buffers, names, and the text of an error. */
  private static final long OVERHEAD = 1 << 20;

  /** What is a thousand times as long as opening takes, for a machine that does other things. */
  private static final long MOST_NANOS = 2_000_000_000;

  @TempDir Path folder;

  @Test
  void noMutationCrashesHangsOrFillsTheMemory() throws IOException {
    String[] names = {
      "vit/open_clip_model.safetensors",
      "torch/open_clip_pytorch_model.bin",
      "torch/epoch_3.pt",
      "torch/legacy.pt",
      "torch/evil.bin"
    };
    PluginRegistry plugins = PluginRegistry.create();
    SplittableRandom random = new SplittableRandom(20250613);
    int opened = 0;
    int refused = 0;
    for (String name : names) {
      byte[] good = Files.readAllBytes(Fixtures.path("checkpoints/" + name));
      Path file = folder.resolve(String.valueOf(Path.of(name).getFileName()));
      int described = describedBytes(name, good);
      Files.write(file, good);
      warmUp(file, plugins);
      for (int i = 0; i < MUTATIONS / names.length; i++) {
        Mutation mutation = Mutation.draw(good, described, random);
        mutation.apply(file);
        if (opens(file, mutation.size, plugins)) {
          opened++;
        } else {
          refused++;
        }
        mutation.undo(file, good);
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(good);
    }
    assertThat(opened).as("some mutations hit only numbers").isPositive();
    assertThat(refused).as("most hit the structure").isGreaterThan(MUTATIONS / 3);
  }

  /** Returns how many bytes at the start of a file describe the rest. */
  private static int describedBytes(String name, byte[] bytes) {
    return name.endsWith(".safetensors")
        ? 8 + (bytes[0] & 0xff) + ((bytes[1] & 0xff) << 8)
        : Math.min(bytes.length, 12_500);
  }

  /** Bytes of a file that change. */
  private static final class Mutation {
    private final int at;
    private final byte[] bytes;
    private final int size;

    /**
     * Creates a mutation.
     *
     * @param at the offset of the first byte
     * @param bytes what they become
     * @param size the size that the file then has
     */
    Mutation(int at, byte[] bytes, int size) {
      this.at = at;
      this.bytes = bytes;
      this.size = size;
    }

    static Mutation draw(byte[] good, int described, SplittableRandom random) {
      int at = random.nextInt(described);
      byte[] one = {good[at]};
      switch (random.nextInt(6)) {
        case 0 -> one[0] = (byte) random.nextInt(256);
        case 1 -> one[0] ^= (byte) (1 << random.nextInt(8));
        case 2 -> {
          // A length of four bytes grows beyond all bounds.
          byte[] high = new byte[Math.min(4, good.length - at)];
          Arrays.fill(high, (byte) 0xff);
          return new Mutation(at, high, good.length);
        }
        case 3 -> {
          return new Mutation(0, new byte[0], random.nextInt(1, good.length));
        }
        case 4 -> {
          int from = random.nextInt(described);
          int length = Math.min(random.nextInt(1, 64), good.length - Math.max(at, from));
          return new Mutation(at, Arrays.copyOfRange(good, from, from + length), good.length);
        }
        default -> {
          // The directory of an archive, at its end.
          at = good.length - 1 - random.nextInt(Math.min(good.length - 1, 9000));
          one[0] = (byte) random.nextInt(256);
        }
      }
      return new Mutation(at, one, good.length);
    }

    void apply(Path file) throws IOException {
      write(file, bytes, at, bytes.length);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(size);
      }
    }

    void undo(Path file, byte[] good) throws IOException {
      write(file, Arrays.copyOfRange(good, at, at + bytes.length), at, bytes.length);
      write(file, Arrays.copyOfRange(good, size, good.length), size, good.length - size);
    }

    private static void write(Path file, byte[] bytes, int at, int count) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes, 0, count), at);
      }
    }
  }

  /** Loads the classes that reading takes, which is memory of the process and not of the file. */
  private static void warmUp(Path file, PluginRegistry plugins) {
    try (Weights weights = Checkpoints.open(file, plugins)) {
      assertThat(weights.names()).isNotEmpty();
    } catch (OpenClipException e) {
      assertThat(e).as("only the pickle that runs a command").hasMessageContaining("posix.system");
    }
  }

  private static boolean opens(Path file, long size, PluginRegistry plugins) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes() + directBytes();
    long start = threads.getCurrentThreadCpuTime();
    boolean[] opened = {false};
    assertThatCode(
            () -> {
              try (Weights weights = Checkpoints.open(file, plugins)) {
                opened[0] = !weights.names().isEmpty();
              } catch (OpenClipException e) {
                assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2000);
              }
            })
        .doesNotThrowAnyException();
    long after = threads.getCurrentThreadAllocatedBytes() + directBytes();
    assertThat(threads.getCurrentThreadCpuTime() - start).as("nanoseconds").isLessThan(MOST_NANOS);
    assertThat(after - before).as("bytes allocated").isLessThan(2 * size + OVERHEAD);
    return opened[0];
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
