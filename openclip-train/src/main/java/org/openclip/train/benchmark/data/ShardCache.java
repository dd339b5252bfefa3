package org.openclip.train.benchmark.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.hub.remote.RemoteFiles;

/**
 * A cache of remote shards. A copy has its name only when it is whole.
 *
 * @param folder where they lie; null to keep none
 */
public record ShardCache(@Nullable Path folder) {
  /**
   * Returns where a shard is read from: the copy, which is made when there is none, or the shard
   * itself when it lies on this machine or no copies are kept.
   *
   * @throws IOException when the shard cannot be read
   */
  public String local(String location, RemoteFiles files) throws IOException {
    if (folder == null || !RemoteFiles.hasScheme(location)) {
      return location;
    }
    Path copy = folder.resolve(location.replaceAll("[^A-Za-z0-9._/-]+", "_").replace("..", "_"));
    if (!Files.exists(copy)) {
      Files.createDirectories(copy.getParent());
      // Processes that share the folder may make the same copy at the same time.
      Path part = Files.createTempFile(copy.getParent(), copy.getFileName() + ".", ".part");
      try {
        try (InputStream stream = files.open(location)) {
          Files.copy(stream, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    }
    return copy.toString();
  }

  /**
   * Creates the folder, so that one that cannot be written is found before anything is measured.
   */
  public void prepare() {
    if (folder != null) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new OpenClipException("the folder " + folder + " cannot be made: " + e, e);
      }
    }
  }
}
