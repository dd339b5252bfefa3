package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CheckpointFormatProvider;
import org.openclip.api.tensor.Weights;

/** Reads the checkpoint format safetensors: a JSON header, then plain tensors. */
public final class SafetensorsFormat implements CheckpointFormatProvider {
  /** Creates the provider. */
  public SafetensorsFormat() {}

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public boolean accepts(Path file, ByteBuffer head) {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
      return true;
    }
    return head.remaining() > 8 && head.get(8) == '{' && head.getLong(0) < 1 << 30;
  }

  @Override
  public Weights open(Path file) {
    return open(file, MappedTensors.WINDOW);
  }

  /**
   * Opens a file.
   *
   * @param window the most bytes of one mapping
   */
  static Weights open(Path file, int window) {
    return FileBytes.read(file, bytes -> open(bytes, window));
  }

  /**
   * Opens what was read into memory.
   *
   * @param name what it is called in messages
   * @param bytes the whole file, in direct memory, which the tensors share
   * @throws InvalidFileException when it is no safetensors file
   */
  public static Weights open(String name, ByteBuffer bytes) {
    return FileBytes.read(name, bytes, file -> open(file, MappedTensors.WINDOW));
  }

  private static Weights open(FileBytes file, int window) throws IOException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new OpenClipException(
          "safetensors files can be memory-mapped only on little-endian machines");
    }
    SafetensorsHeader header = SafetensorsHeader.read(file);
    Map<String, MappedTensors.Place> places = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) ->
                places.put(
                    name,
                    new MappedTensors.Place(
                        entry.type(), entry.shape(), header.dataStart() + entry.begin())));
    return MappedTensors.map(file, places, window);
  }

  /**
   * Returns the free text that a file carries in its {@code __metadata__}.
   *
   * @throws InvalidFileException when it is no safetensors file
   */
  public static Map<String, String> metadata(Path file) {
    return FileBytes.read(file, bytes -> SafetensorsHeader.read(bytes).metadata());
  }

  /**
   * Returns the free text of what was read into memory.
   *
   * @param name what it is called in messages
   * @param bytes the whole file
   * @throws InvalidFileException when it is no safetensors file
   */
  public static Map<String, String> metadata(String name, ByteBuffer bytes) {
    return FileBytes.read(name, bytes, file -> SafetensorsHeader.read(file).metadata());
  }
}
