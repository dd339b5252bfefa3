package org.openclip.hub.bulk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.openclip.api.image.PictureSource;

/**
 * A picture that is to be embedded, and what tells that it is still the one it was.
 *
 * @param id its path; for a member of an archive, the archive's path, {@code !/} and its own
 * @param size of its file, in bytes; -1 when there is none
 * @param modified the time of its file's last change, in milliseconds since 1970
 * @param source where it is read from
 */
public record BulkItem(String id, long size, long modified, PictureSource source) {
  /** Returns a picture file; one that is missing is found to be so when it is read. */
  public static BulkItem of(Path file) {
    PictureSource source = PictureSource.file(file);
    try {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return new BulkItem(
          file.toString(), facts.size(), facts.lastModifiedTime().toMillis(), source);
    } catch (IOException e) {
      return new BulkItem(file.toString(), -1, -1, source);
    }
  }

  /** Returns whether another one is the same picture, as far as its file tells. */
  boolean same(BulkItem other) {
    return id.equals(other.id) && size == other.size && modified == other.modified;
  }
}
