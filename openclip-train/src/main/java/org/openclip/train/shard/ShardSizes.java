package org.openclip.train.shard;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.remote.RemoteFiles;

/**
 * Reads the number of samples of shards from a file beside the first shard: {@code sizes.json},
 * which gives the number of each by its name, or {@code __len__}, which gives that of all.
 */
public final class ShardSizes {
  private static final System.Logger LOG = System.getLogger(ShardSizes.class.getName());

  private ShardSizes() {}

  /** Returns the number; empty when nobody says. */
  public static OptionalLong of(ShardList shards, RemoteFiles files) {
    String first = shards.locations().get(0);
    if (ShardList.isCommand(first)) {
      return OptionalLong.empty();
    }
    try {
      return sum(shards, files.read(RemoteFiles.beside(first, "sizes.json")));
    } catch (IOException | OpenClipException e) {
      LOG.log(Level.DEBUG, "no sizes.json beside " + first, e);
    }
    try {
      String text =
          new String(files.read(RemoteFiles.beside(first, "__len__")), StandardCharsets.UTF_8);
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (IOException | InvalidInputException | NumberFormatException e) {
      LOG.log(Level.DEBUG, "no __len__ beside " + first, e);
      return OptionalLong.empty();
    }
  }

  private static OptionalLong sum(ShardList shards, byte[] sizes) {
    Map<String, Object> json = JsonObjects.parse("sizes.json", 0, sizes);
    long sum = 0;
    for (String location : shards.locations()) {
      String bare = RemoteFiles.isWeb(location) ? location.replaceAll("[?#].*", "") : location;
      if (!(json.get(bare.replaceAll(".*[/\\\\]", "")) instanceof Number number)) {
        return OptionalLong.empty();
      }
      sum += number.longValue();
    }
    return OptionalLong.of(sum);
  }
}
