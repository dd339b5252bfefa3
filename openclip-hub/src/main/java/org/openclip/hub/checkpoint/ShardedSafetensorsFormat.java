package org.openclip.hub.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.spi.CheckpointFormatProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.io.JsonObjects;

/**
 * Reads checkpoints in several safetensors files: {@code NAME.safetensors.index.json} maps tensor
 * names to files in the same folder.
 */
public final class ShardedSafetensorsFormat implements CheckpointFormatProvider {
  /** How the name of an index ends. */
  public static final String SUFFIX = ".safetensors.index.json";

  /** Creates the provider. */
  public ShardedSafetensorsFormat() {}

  @Override
  public String name() {
    return "safetensors-index";
  }

  @Override
  public boolean accepts(Path file, ByteBuffer head) {
    return file.toString().endsWith(SUFFIX);
  }

  @Override
  public Weights open(Path file) {
    if (!(JsonObjects.read(file).get("weight_map") instanceof Map<?, ?> map)) {
      throw new InvalidFileException(file.toString(), -1, "has no object weight_map");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    map.forEach((name, shard) -> shardOf.put(String.valueOf(name), shard(file, shard)));
    Map<String, Weights> open = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (String shard : shardOf.values()) {
        open.computeIfAbsent(
            shard, s -> SafetensorsFormat.open(file.resolveSibling(s), MappedTensors.WINDOW));
      }
      shardOf.forEach((name, shard) -> check(file, name, shard, open));
      complete = true;
      return new SafetensorsShards(shardOf, open);
    } finally {
      if (!complete) {
        open.values().forEach(Weights::close);
      }
    }
  }

  /** Returns the name of a file beside the index; another folder's would be a way to any file. */
  private static String shard(Path index, Object value) {
    if (value instanceof String name && !name.isEmpty() && !name.matches(".*[/\\\\].*|\\.\\.?")) {
      return name;
    }
    throw new InvalidFileException(
        index.toString(), -1, "refers to '" + value + "', which is not a file in the same folder");
  }

  private static void check(Path index, String name, String shard, Map<String, Weights> open) {
    Weights weights = open.get(shard);
    if (weights == null || !weights.names().contains(name)) {
      throw new InvalidFileException(
          index.toString(), -1, "maps '" + name + "' to " + shard + ", which does not contain it");
    }
  }
}
