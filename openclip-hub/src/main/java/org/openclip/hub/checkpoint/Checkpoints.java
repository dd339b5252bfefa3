package org.openclip.hub.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.InvalidFileException;
import org.openclip.api.spi.CheckpointFormatProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.api.tensor.Weights;

/** Opens checkpoints in any format of the installed plugins. */
public final class Checkpoints {
  private static final int HEAD = 4096;

  private Checkpoints() {}

  /**
   * Opens a checkpoint with the first format that recognises it.
   *
   * @throws InvalidFileException when it is missing, of no known format, or corrupt
   */
  public static Weights open(Path file, PluginRegistry plugins) {
    return format(file, plugins).open(file);
  }

  /**
   * Returns the first format that recognises a checkpoint.
   *
   * @throws InvalidFileException when it is missing or of no known format
   */
  public static CheckpointFormatProvider format(Path file, PluginRegistry plugins) {
    ByteBuffer head = head(file);
    return plugins
        .first(
            CheckpointFormatProvider.class,
            f -> f.accepts(file, head.duplicate().order(ByteOrder.LITTLE_ENDIAN)))
        .orElseThrow(
            () -> {
              List<String> names =
                  plugins.all(CheckpointFormatProvider.class).stream().map(Provider::name).toList();
              return new InvalidFileException(
                  file.toString(),
                  -1,
                  "is not in a supported checkpoint format; the formats are " + names);
            });
  }

  /**
   * Returns the free text that a checkpoint carries about itself, by its keys. Only safetensors has
   * a place for it.
   */
  public static Map<String, String> metadata(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")
        ? SafetensorsFormat.metadata(file)
        : Map.of();
  }

  /** Returns what of it goes on with the weights into other files: what OpenCLIP itself reads. */
  public static Map<String, String> ownMetadata(Map<String, String> metadata) {
    Map<String, String> own = new TreeMap<>(metadata);
    own.keySet().removeIf(key -> !key.startsWith("openclip."));
    return own;
  }

  private static ByteBuffer head(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new InvalidFileException(
          file.toString(), -1, "is not a file; a checkpoint file is expected");
    }
    return FileBytes.read(file, bytes -> bytes.bytes(0, (int) Math.min(HEAD, bytes.size())));
  }
}
