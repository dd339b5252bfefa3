package org.openclip.hub.cli.bulk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.openclip.hub.cli.archive.TarStream;
import org.openclip.hub.remote.RemoteFiles;

/**
 * Lists pictures to embed.
 *
 * @param isPicture selects members of archives by their names
 * @param tables reads tables
 */
public record BulkInputs(Predicate<String> isPicture, TablePictures tables) {
  /** Lists the pictures of files. Of tar archives and tables, these are the pictures in them. */
  public List<BulkItem> of(List<Path> files) {
    RemoteFiles remote = new RemoteFiles();
    List<BulkItem> items = new ArrayList<>();
    for (Path file : files) {
      String name = file.toString();
      if (TarStream.isArchive(name)) {
        items.addAll(TarMembers.list(file, isPicture));
      } else if (TablePictures.isTable(name)) {
        items.addAll(tables.list(file, remote));
      } else {
        items.add(BulkItem.of(file));
      }
    }
    return items;
  }

  /** Returns whether a location is that of a tar archive on a web server. */
  public static boolean isWebArchive(String location) {
    return RemoteFiles.isWeb(location) && TarStream.isArchive(location.replaceFirst("[?#].*$", ""));
  }

  /**
   * Lists the pictures of a tar archive on a web server. It is read once to list them, and once to
   * embed them.
   */
  public List<BulkItem> ofWebArchive(String location) {
    return TarMembers.list(location, new RemoteFiles(), isPicture);
  }
}
