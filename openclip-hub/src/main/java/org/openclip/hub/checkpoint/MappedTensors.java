package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.openclip.api.ClosedException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.io.WeightMemory;

/**
 * Memory-mapped tensors of a file, without copies; tensors at unaligned addresses are copied at
 * their first use. The mapping ends when its last tensor is garbage.
 */
public final class MappedTensors implements Weights {
  /** The most bytes of one mapping: a buffer cannot hold more. */
  public static final int WINDOW = Integer.MAX_VALUE;

  private final String file;
  private final Map<String, Tensor> tensors;
  private final Map<String, Tensor> aligned = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private MappedTensors(String file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * A tensor's place in the file; places may overlap, as those of tied weights do.
   *
   * @param type the type of the elements, little-endian
   * @param shape the dimensions, outermost first
   * @param begin the offset of the first byte; the element count gives the last
   */
  public record Place(DataType type, List<Long> shape, long begin) {
    /** Copies the shape. */
    public Place {
      shape = List.copyOf(shape);
    }

    /** Returns the offset after the last byte. */
    public long end() {
      return begin + new TensorLayout(type, shape).bytes();
    }
  }

  /**
   * Maps tensors.
   *
   * @param places inside the file, which the caller has checked
   * @param window the most bytes of one mapping
   * @throws IOException when the file cannot be mapped
   */
  public static MappedTensors map(FileBytes file, Map<String, Place> places, int window)
      throws IOException {
    Map<String, List<ByteBuffer>> chunks = new Windows(file, window).map(places);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    places.forEach(
        (name, place) ->
            tensors.put(
                name,
                Tensor.ofChunks(
                    place.type(),
                    chunks.getOrDefault(name, List.of()),
                    place.shape().stream().mapToLong(Long::longValue).toArray())));
    return new MappedTensors(file.name(), tensors);
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
    return aligned.computeIfAbsent(name, n -> aligned(tensor));
  }

  /** Native runtimes read elements at multiples of their size; other writers may not care. */
  private static Tensor aligned(Tensor tensor) {
    int width = tensor.type().bytes();
    if (tensor.chunks().stream()
        .allMatch(bytes -> !bytes.hasRemaining() || bytes.alignmentOffset(0, width) == 0)) {
      return tensor;
    }
    List<ByteBuffer> copies = new ArrayList<>();
    for (ByteBuffer bytes : tensor.chunks()) {
      copies.add(WeightMemory.allocate(bytes.remaining()).put(bytes).flip());
    }
    return Tensor.ofChunks(tensor.type(), copies, tensor.shape());
  }

  @Override
  public void close() {
    closed = true;
    aligned.clear();
  }

  /** Returns the file's name. */
  @Override
  public String toString() {
    return file;
  }

  /** The division of a file into mappings: many small tensors in one, a huge one in several. */
  private record Windows(FileBytes file, int window) {
    Map<String, List<ByteBuffer>> map(Map<String, Place> places) throws IOException {
      List<Map.Entry<String, Place>> sorted = new ArrayList<>(places.entrySet());
      sorted.sort(Comparator.comparingLong(e -> e.getValue().begin()));
      Map<String, List<ByteBuffer>> placed = new HashMap<>();
      int i = 0;
      while (i < sorted.size()) {
        long begin = sorted.get(i).getValue().begin();
        long end = begin;
        int next = i;
        while (next < sorted.size() && sorted.get(next).getValue().end() - begin <= window) {
          end = Math.max(end, sorted.get(next).getValue().end());
          next++;
        }
        if (next == i) {
          placed.put(sorted.get(i).getKey(), rows(sorted.get(i)));
          i++;
          continue;
        }
        ByteBuffer mapped = file.map(begin, end - begin);
        for (; i < next; i++) {
          Place place = sorted.get(i).getValue();
          ByteBuffer slice =
              mapped.slice((int) (place.begin() - begin), (int) (place.end() - place.begin()));
          placed.put(sorted.get(i).getKey(), List.of(slice));
        }
      }
      return placed;
    }

    /** Maps a tensor that is larger than a window in parts of whole rows. */
    private List<ByteBuffer> rows(Map.Entry<String, Place> named) throws IOException {
      Place place = named.getValue();
      long rows = place.shape().isEmpty() ? 1 : place.shape().get(0);
      long rowBytes = (place.end() - place.begin()) / rows;
      long rowsInWindow = window / rowBytes;
      if (rowsInWindow == 0) {
        throw file.fault(
            place.begin(),
            "a row of tensor '%s' has %s bytes, but a buffer holds at most %s"
                .formatted(named.getKey(), rowBytes, window));
      }
      List<ByteBuffer> parts = new ArrayList<>();
      for (long row = 0; row < rows; row += rowsInWindow) {
        long count = Math.min(rows - row, rowsInWindow);
        ByteBuffer part = file.map(place.begin() + row * rowBytes, count * rowBytes);
        parts.add(part);
      }
      return parts;
    }
  }
}
