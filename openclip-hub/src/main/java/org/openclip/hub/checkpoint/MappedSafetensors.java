package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The tensors of a safetensors file, mapped into memory and never copied, unless they lie at odd
 * addresses. The mapping ends when its last tensor is garbage.
 */
final class MappedSafetensors implements Weights {
  private final String file;
  private final SafetensorsHeader header;
  private final Map<String, Tensor> tensors;
  private volatile boolean closed;

  private MappedSafetensors(String file, SafetensorsHeader header, Map<String, Tensor> tensors) {
    this.file = file;
    this.header = header;
    this.tensors = tensors;
  }

  /**
   * Opens a file.
   *
   * @param window the most bytes of one mapping; a buffer cannot hold more than 2 GiB less one
   * @throws InvalidFileException when it cannot be read or is not as the format promises
   */
  static MappedSafetensors open(Path path, int window) {
    String file = path.toString();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      SafetensorsHeader header = SafetensorsHeader.read(file, channel);
      Map<String, List<ByteBuffer>> placed = new Windows(file, channel, header, window).map();
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      header
          .entries()
          .forEach(
              (name, entry) -> {
                List<ByteBuffer> chunks = placed.getOrDefault(name, List.of());
                tensors.put(name, Tensor.ofChunks(entry.type(), chunks, entry.sizes()));
              });
      return new MappedSafetensors(file, header, tensors);
    } catch (NoSuchFileException e) {
      throw new InvalidFileException(file, -1, "there is no such file", e);
    } catch (IOException e) {
      throw new InvalidFileException(file, -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns the free text of the header. */
  Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public Tensor get(String name) {
    if (closed) {
      throw new ClosedException("checkpoint " + file);
    }
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new UnknownNameException("weight", name, tensors.keySet(), "");
    }
    return tensor;
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Returns the file's name. */
  @Override
  public String toString() {
    return file;
  }

  /** The division of a file into mappings: many small tensors in one, a huge one in several. */
  private record Windows(String file, FileChannel channel, SafetensorsHeader header, int window) {
    Map<String, List<ByteBuffer>> map() throws IOException {
      List<Map.Entry<String, SafetensorsHeader.Entry>> sorted =
          new ArrayList<>(header.entries().entrySet());
      sorted.sort(Comparator.comparingLong(e -> e.getValue().end()));
      Map<String, List<ByteBuffer>> placed = new HashMap<>();
      int i = 0;
      while (i < sorted.size()) {
        long begin = sorted.get(i).getValue().begin();
        int next = i;
        while (next < sorted.size() && sorted.get(next).getValue().end() - begin <= window) {
          next++;
        }
        if (next == i) {
          placed.put(sorted.get(i).getKey(), rows(sorted.get(i)));
          i++;
          continue;
        }
        ByteBuffer mapped = map(begin, sorted.get(next - 1).getValue().end());
        for (; i < next; i++) {
          SafetensorsHeader.Entry entry = sorted.get(i).getValue();
          ByteBuffer slice =
              mapped.slice((int) (entry.begin() - begin), (int) (entry.end() - entry.begin()));
          placed.put(sorted.get(i).getKey(), List.of(aligned(slice, entry)));
        }
      }
      return placed;
    }

    /** Maps a tensor that is larger than a window in parts of whole rows. */
    private List<ByteBuffer> rows(Map.Entry<String, SafetensorsHeader.Entry> named)
        throws IOException {
      SafetensorsHeader.Entry entry = named.getValue();
      long rows = entry.shape().isEmpty() ? 1 : entry.shape().get(0);
      long rowBytes = (entry.end() - entry.begin()) / rows;
      long rowsInWindow = window / rowBytes;
      if (rowsInWindow == 0) {
        throw new InvalidFileException(
            file,
            header.dataStart() + entry.begin(),
            "a row of tensor '%s' has %d bytes, but at most %d fit a buffer"
                .formatted(named.getKey(), rowBytes, window));
      }
      List<ByteBuffer> parts = new ArrayList<>();
      for (long row = 0; row < rows; row += rowsInWindow) {
        long end = Math.min(rows, row + rowsInWindow);
        ByteBuffer part = map(entry.begin() + row * rowBytes, entry.begin() + end * rowBytes);
        parts.add(aligned(part, entry));
      }
      return parts;
    }

    private ByteBuffer map(long begin, long end) throws IOException {
      return channel.map(MapMode.READ_ONLY, header.dataStart() + begin, end - begin);
    }

    /** Native runtimes read elements at multiples of their size; other writers may not care. */
    private static ByteBuffer aligned(ByteBuffer bytes, SafetensorsHeader.Entry entry) {
      if (bytes.remaining() == 0 || bytes.alignmentOffset(0, entry.type().bytes()) == 0) {
        return bytes;
      }
      return Tensor.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
  }
}
