package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;

/** The pictures that cannot be read, and the file {@code failed.jsonl} that lists them. */
final class FailureList {
  private final Path file;
  private final Map<String, String> reasons = new LinkedHashMap<>();

  /** Creates an empty list for a folder. */
  FailureList(Path folder) {
    file = folder.resolve("failed.jsonl");
  }

  void add(BulkItem item, String reason) {
    reasons.put(item.id(), reason);
  }

  boolean has(BulkItem item) {
    return reasons.containsKey(item.id());
  }

  int size() {
    return reasons.size();
  }

  /** Writes the file; an empty list has none. */
  void write() {
    if (reasons.isEmpty()) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new OpenClipException(file + " cannot be deleted: " + e, e);
      }
      return;
    }
    StringBuilder lines = new StringBuilder();
    reasons.forEach(
        (path, reason) -> {
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("path", path);
          object.put("reason", reason);
          lines.append(JsonObjects.writeCompact(object)).append('\n');
        });
    ByteBuffer rest = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(
        file,
        channel -> {
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }
}
