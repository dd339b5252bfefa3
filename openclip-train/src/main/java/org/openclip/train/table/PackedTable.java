package org.openclip.train.table;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.cli.archive.Packed;

/** The unpacking of tables, as pandas unpacks them by the endings of their names. */
final class PackedTable {
  private PackedTable() {}

  /** Yields the next file of an archive, with nothing left of the one before. */
  private interface Entries {
    /** Moves on; returns whether there is a file. */
    boolean next() throws IOException;
  }

  /**
   * Returns the text of a table: in itself, packed whole, or alone in a zip or tar archive.
   *
   * @param stream closed with what is returned
   * @throws InvalidFileException when an archive does not hold one file alone
   */
  static InputStream open(String location, InputStream stream) throws IOException {
    String name = location.toLowerCase(Locale.ROOT).replaceAll("^(https?:[^?#]*)[?#].*$", "$1");
    if (name.endsWith(".zip")) {
      try (ZipInputStream zip = new ZipInputStream(stream)) {
        return alone(
            location,
            zip,
            () -> {
              var entry = zip.getNextEntry();
              while (entry != null && entry.isDirectory()) {
                entry = zip.getNextEntry();
              }
              return entry != null;
            });
      }
    }
    InputStream plain = Packed.open(stream);
    if (name.matches(".*\\.tar(\\.(gz|bz2|xz|zst))?")) {
      try (TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
        return alone(
            location,
            tar,
            () -> {
              ArchiveEntry entry = tar.getNextEntry();
              while (entry != null && entry.isDirectory()) {
                entry = tar.getNextEntry();
              }
              return entry != null;
            });
      }
    }
    return plain;
  }

  private static InputStream alone(String location, InputStream archive, Entries entries)
      throws IOException {
    byte[] bytes = entries.next() ? archive.readAllBytes() : null;
    if (bytes == null || entries.next()) {
      throw new InvalidFileException(
          location,
          -1,
          "contains %s, but a compressed table must be the only file of its archive"
              .formatted(bytes == null ? "no file" : "several files"));
    }
    return new ByteArrayInputStream(bytes);
  }

  /** Returns whether a name ends as those of tables do, packed ones among them. */
  static boolean isTable(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches(".*\\.(csv|tsv)(\\.(gz|bz2|xz|zst|zip|tar(\\.(gz|bz2|xz|zst))?))?");
  }
}
