package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;

/**
 * Writes safetensors files that the reference loads.
 *
 * <p>The tensors begin at a multiple of 64 bytes, and their order keeps them aligned without gaps,
 * which the format does not allow: first those of a multiple of 64 bytes, then of 32, and so on
 * down to scalars, each group by name. So every tensor lies at a multiple of its element's size,
 * and all but the odd ones at a multiple of 64, where backends read them as they are mapped.
 *
 * <p>Equal tensors make equal files. A file appears under its name only when it is whole: it is
 * written beside, forced to the disk, and renamed.
 */
public final class SafetensorsWriter {
  /** What runtimes with vector instructions ask for at most, in bytes. */
  private static final int ALIGNMENT = 64;

  private SafetensorsWriter() {}

  /**
   * Writes all tensors of a source, one at a time.
   *
   * @param file where; an older file of that name is replaced
   * @param source the tensors
   * @param metadata free text to keep with them; {@code format: pt}, which loaders ask for, is
   *     added
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(Path file, WeightSource source, Map<String, String> metadata) {
    List<Map.Entry<String, TensorLayout>> entries = new ArrayList<>(source.layout().entrySet());
    entries.sort(
        Comparator.comparingLong((Map.Entry<String, TensorLayout> e) -> -kept(e.getValue().bytes()))
            .thenComparing(Map.Entry::getKey));
    AtomicFile.write(
        file,
        channel -> {
          writeFully(channel, header(entries, metadata));
          for (Map.Entry<String, TensorLayout> entry : entries) {
            write(channel, entry.getKey(), entry.getValue(), source.tensor(entry.getKey()));
          }
        });
  }

  /** Returns the alignment of what follows so many bytes that are aligned themselves. */
  private static long kept(long bytes) {
    return bytes == 0 ? ALIGNMENT : Math.min(ALIGNMENT, Long.lowestOneBit(bytes));
  }

  private static ByteBuffer header(
      List<Map.Entry<String, TensorLayout>> entries, Map<String, String> metadata) {
    Map<String, Object> json = new LinkedHashMap<>();
    Map<String, String> text = new TreeMap<>(metadata);
    text.put("format", "pt");
    json.put("__metadata__", text);
    long at = 0;
    for (Map.Entry<String, TensorLayout> entry : entries) {
      TensorLayout layout = entry.getValue();
      Map<String, Object> place = new LinkedHashMap<>();
      place.put("dtype", typeName(layout.type()));
      place.put("shape", layout.shape());
      place.put("data_offsets", List.of(at, at + layout.bytes()));
      json.put(entry.getKey(), place);
      at += layout.bytes();
    }
    byte[] bytes = JsonObjects.writeCompact(json).getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(8 + bytes.length, ALIGNMENT) * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded - 8).put(bytes);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static String typeName(DataType type) {
    for (Map.Entry<String, DataType> entry : SafetensorsHeader.TYPES.entrySet()) {
      if (entry.getValue() == type) {
        return entry.getKey();
      }
    }
    throw new OpenClipException("safetensors has no name for type " + type);
  }

  private static void write(FileChannel channel, String name, TensorLayout layout, Tensor tensor)
      throws IOException {
    if (tensor.type() != layout.type() || tensor.bytes() != layout.bytes()) {
      throw new OpenClipException(
          "tensor '" + name + "' is " + tensor + ", but was declared as " + layout);
    }
    for (ByteBuffer chunk : tensor.chunks()) {
      writeFully(channel, chunk);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
