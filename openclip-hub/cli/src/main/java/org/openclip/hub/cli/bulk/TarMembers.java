package org.openclip.hub.cli.bulk;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.image.PictureSource;
import org.openclip.hub.cli.archive.Packed;
import org.openclip.hub.cli.archive.TarStream;
import org.openclip.hub.remote.RemoteFiles;

/**
 * Lists the images in tar archives. The members of a local archive that is not compressed are read
 * at their positions; a compressed or remote archive is read from its beginning.
 */
final class TarMembers {
  private final String archive;
  private final Predicate<String> wanted;
  private final Places places;
  private final List<BulkItem> items = new ArrayList<>();
  private @Nullable String last;
  private long end;

  private TarMembers(String archive, Predicate<String> wanted, Places places) {
    this.archive = archive;
    this.wanted = wanted;
    this.places = places;
  }

  /** Creates the source of a member from its position. */
  private interface Places {
    PictureSource source(String id, long at, int size);
  }

  /**
   * Lists the files of an archive.
   *
   * @param wanted selects members by their names
   * @throws InvalidFileException if the archive is truncated, damaged or no tar archive
   */
  static List<BulkItem> list(Path file, Predicate<String> wanted) {
    String name = file.toString();
    try {
      if (isPacked(file)) {
        return forward(name, () -> Files.newInputStream(file), wanted);
      }
      TarMembers members = new TarMembers(name, wanted, (id, at, size) -> at(file, id, at, size));
      try (TarFile tar = new TarFile(file)) {
        tar.getEntries().forEach(entry -> members.take(entry, entry.getDataOffset()));
      }
      members.checkEnd(Files.size(file));
      return members.items;
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(name, e);
    }
  }

  /** Lists an archive at any location that {@link RemoteFiles} reads. */
  static List<BulkItem> list(String location, RemoteFiles files, Predicate<String> wanted) {
    return forward(location, () -> files.open(location), wanted);
  }

  private static List<BulkItem> forward(
      String name, PictureSource.Opening raw, Predicate<String> wanted) {
    ForwardBytes bytes = new ForwardBytes(() -> Packed.open(raw.open()));
    TarMembers members = new TarMembers(name, wanted, bytes::source);
    try (TarStream tar = new TarStream(raw.open())) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        members.take(entry, tar.getBytesRead());
      }
      tar.checkEnd(members.last);
      return members.items;
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(name, e);
    }
  }

  private static PictureSource at(Path file, String id, long at, int size) {
    return PictureSource.opening(id, () -> new FilePart(file, at, size).open());
  }

  private static boolean isPacked(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return Packed.isPacked(stream.readNBytes(Packed.HEAD));
    }
  }

  private static InvalidFileException unreadable(String name, Exception e) {
    InterruptedCallException.check(name + " was listed", e);
    return new InvalidFileException(
        name, -1, "cannot be listed as a tar archive: " + e.getMessage(), e);
  }

  private void take(TarArchiveEntry entry, long at) {
    InterruptedCallException.check(archive + " was listed");
    if (!entry.isCheckSumOK()) {
      throw new InvalidFileException(archive, at, "is damaged or not a tar archive");
    }
    last = entry.getName();
    end = at + entry.getSize();
    if (TarStream.isFile(entry) && wanted.test(last)) {
      String id = archive + "!/" + last;
      long modified = entry.getLastModifiedTime().toMillis();
      items.add(new BulkItem(id, entry.getRealSize(), modified, source(entry, id, at)));
    }
  }

  private PictureSource source(TarArchiveEntry entry, String id, long at) {
    if (entry.isSparse()) {
      return UnreadablePicture.source(id, "it is a sparse file; store it without holes");
    }
    if (entry.getSize() > PictureSource.MOST_BYTES) {
      return UnreadablePicture.source(
          id,
          "it has %s bytes, but the limit for a picture is %s"
              .formatted(entry.getSize(), PictureSource.MOST_BYTES));
    }
    return places.source(id, at, (int) entry.getSize());
  }

  /** Checks that an archive of a size has a block of its end-of-archive marker. */
  private void checkEnd(long size) throws IOException {
    if (size < end + TarConstants.DEFAULT_RCDSIZE) {
      throw new EOFException(size == 0 ? "it has 0 bytes" : TarStream.truncated(last));
    }
  }
}
