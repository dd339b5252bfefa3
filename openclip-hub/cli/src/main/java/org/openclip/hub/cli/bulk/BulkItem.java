package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.openclip.api.image.PictureSource;
import org.openclip.hub.remote.RemoteFiles;

/**
 * A picture to embed, with the facts that show whether it has changed.
 *
 * @param id its path; for a member of an archive, the archive's path, {@code !/} and the member's;
 *     for a value of a Parquet file, the file's path and {@code row} with the row's number
 * @param size the size of its file in bytes; -1 if there is none
 * @param modified the time of its file's last change, in milliseconds since 1970; -1 if unknown
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

  /**
   * Returns a picture that a table names by a path or URI. Relative paths start at the working
   * folder, or else at the table's folder.
   */
  static BulkItem named(Path table, String name, RemoteFiles files) {
    if (RemoteFiles.hasScheme(name)) {
      return new BulkItem(name, -1, -1, PictureSource.opening(name, () -> files.open(name)));
    }
    Path file = RemoteFiles.path(name);
    Path beside = table.resolveSibling(name);
    return of(!file.isAbsolute() && !Files.exists(file) && Files.exists(beside) ? beside : file);
  }

  /** Returns whether another one is the same picture, as far as its file tells. */
  boolean same(BulkItem other) {
    return id.equals(other.id) && size == other.size && modified == other.modified;
  }
}
