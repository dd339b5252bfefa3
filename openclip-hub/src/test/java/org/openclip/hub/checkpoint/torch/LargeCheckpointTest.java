package org.openclip.hub.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.io.JsonObjects;

/**
 * Checkpoints with the 302 tensors of ViT-B/32, 605 MB, are mapped and not read: opening one takes
 * less than 64 MB. Their numbers are holes that take no room on the disk.
 */
@Tag("once")
class LargeCheckpointTest {
  private static final long MOST_BYTES = 64 << 20;

  @TempDir Path folder;
  private final PluginRegistry plugins = PluginRegistry.create();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  LargeCheckpointTest() {
    OpenClip.model("ViT-B-32")
        .architecture()
        .parameters()
        .forEach((name, parameter) -> shapes.put(name, parameter.shape().sizes()));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void aSafetensorsFile() throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    long at = 0;
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      long end = at + 4 * Tensor.count(entry.getValue());
      header.put(
          entry.getKey(),
          Map.of(
              "dtype", "F32", "shape", list(entry.getValue()), "data_offsets", List.of(at, end)));
      at = end;
    }
    // The format's own library pads headers to a multiple of eight bytes, with spaces.
    String text = JsonObjects.writeCompact(header);
    byte[] json = (text + " ".repeat(8 - text.length() % 8)).getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("x.safetensors");
    try (FileChannel channel = create(file)) {
      channel.write(little(8).putLong(json.length).flip(), 0);
      channel.write(ByteBuffer.wrap(json), 8);
      channel.write(ByteBuffer.allocate(1), 8 + json.length + at - 1);
    }

    assertOpens(file);
  }

  @Test
  void anArchiveOfPyTorch() throws IOException {
    Pickler p = new Pickler();
    Map<String, Object> state = new LinkedHashMap<>();
    Map<String, Long> storages = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      List<Integer> strides = new ArrayList<>();
      for (long size : entry.getValue()) {
        strides.replaceAll(stride -> stride * (int) size);
        strides.add(1);
      }
      int count = (int) Tensor.count(entry.getValue());
      List<Integer> shape = list(entry.getValue()).stream().map(Long::intValue).toList();
      String key = "" + storages.size();
      state.put(entry.getKey(), p.tensor(key, "FloatStorage", count, 0, shape, strides));
      storages.put("x/data/" + key, 4L * count);
    }
    Path file = folder.resolve("x.pt");
    try (FileChannel channel = create(file)) {
      HollowZip zip = new HollowZip(channel);
      zip.add("x/data.pkl", p.value(state).end());
      for (Map.Entry<String, Long> storage : storages.entrySet()) {
        zip.addHole(storage.getKey(), storage.getValue());
      }
      zip.end();
    }

    assertOpens(file);
  }

  private static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.SPARSE);
  }

  private void assertOpens(Path file) throws IOException {
    assertThat(Files.size(file)).isGreaterThan(600_000_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    Checkpoints.open(file, plugins).close();
    assertThat(threads.getCurrentThreadAllocatedBytes() - bytes).isBetween(1L, MOST_BYTES);
    try (Weights weights = Checkpoints.open(file, plugins)) {
      assertThat(weights.names()).containsExactlyElementsOf(shapes.keySet());
      shapes.forEach(
          (name, shape) -> {
            assertThat(weights.get(name).shape()).as(name).isEqualTo(shape);
            assertThat(weights.get(name).data().isReadOnly()).as(name + " is mapped").isTrue();
          });
    }
  }

  /** A zip archive of stored members, whose large ones are holes. */
  private static final class HollowZip {
    private final FileChannel channel;
    private final List<ByteBuffer> directory = new ArrayList<>();
    private long at;

    HollowZip(FileChannel channel) {
      this.channel = channel;
    }

    void add(String name, byte[] bytes) throws IOException {
      addHole(name, bytes.length);
      channel.write(ByteBuffer.wrap(bytes), at - bytes.length);
    }

    /** Adds a member that begins at a multiple of 64 bytes, as PyTorch has them. */
    void addHole(String name, long size) throws IOException {
      byte[] text = name.getBytes(StandardCharsets.US_ASCII);
      int padding = (int) Math.floorMod(-(at + 30 + text.length), 64L);
      ByteBuffer local = little(30 + text.length + padding).putInt(0x04034b50);
      local.putInt(18, (int) size).putInt(22, (int) size);
      local.putShort(26, (short) text.length).putShort(28, (short) padding).put(30, text);
      channel.write(local.clear(), at);
      ByteBuffer central = little(46 + text.length).putInt(0x02014b50);
      central.putInt(20, (int) size).putInt(24, (int) size).putShort(28, (short) text.length);
      directory.add(central.putInt(42, (int) at).put(46, text).clear());
      at += local.capacity() + size;
    }

    void end() throws IOException {
      long start = at;
      for (ByteBuffer entry : directory) {
        at += channel.write(entry, at);
      }
      ByteBuffer end = little(22).putInt(0x06054b50);
      end.putShort(10, (short) directory.size()).putInt(12, (int) (at - start));
      channel.write(end.putInt(16, (int) start).clear(), at);
    }
  }
}
