package org.openclip.train.shard;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.cli.archive.TarStream;
import org.openclip.hub.remote.RemoteFiles;

/**
 * Reads the samples of a tar archive, as WebDataset stores them: consecutive files whose names are
 * equal up to the first dot form a sample. Links are not followed.
 */
public final class ShardReader implements AutoCloseable {
  /** The largest file of a sample; an image within the bound on pixels needs no more. */
  private static final long MOST_BYTES = 1L << 30;

  /** Folders of WebDataset's own files, which hold no samples. */
  private static final Pattern META = Pattern.compile("__[^/]*__/");

  private final String location;
  private final TarStream tar;
  private @Nullable String last;
  private @Nullable Member ahead;
  private @Nullable IOException fault;

  /**
   * A sample's files.
   *
   * @param name the archive's path of all, without what follows the first dot
   * @param files the bytes by what follows the dot, in lower case
   * @param links what links lead to, by what follows the dot in their own names
   */
  public record Group(String name, Map<String, byte[]> files, Map<String, String> links) {}

  /**
   * One file of a sample.
   *
   * @param target what it leads to, if it is a link; else null
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Member(String name, String suffix, byte[] bytes, @Nullable String target) {
    void addTo(Group group) {
      if (target == null) {
        group.files.put(suffix, bytes);
      } else {
        group.links.put(suffix, target);
      }
    }
  }

  private ShardReader(String location, TarStream tar) {
    this.location = location;
    this.tar = tar;
  }

  /**
   * Opens a shard, which is read as it comes.
   *
   * @param commands whether a {@code pipe:} location is run
   * @throws IOException when it cannot be opened
   * @throws InvalidInputException when it is packed in a way that nothing here reads, or a command
   *     that is not run
   */
  public static ShardReader open(String location, RemoteFiles files, boolean commands)
      throws IOException {
    boolean command = Shell.isCommand(location);
    if (command && !commands) {
      throw Shell.refused(location);
    }
    InputStream stream = command ? Shell.open(location) : files.open(location);
    return new ShardReader(location, new TarStream(stream));
  }

  /** Returns where the shard lies. */
  public String location() {
    return location;
  }

  /**
   * Returns the next sample's files; null after the last.
   *
   * @throws IOException when the archive is damaged, or ends where no archive does
   */
  public @Nullable Group next() throws IOException {
    if (fault != null) {
      throw fault;
    }
    Member first = ahead != null ? ahead : member();
    ahead = null;
    if (first == null) {
      return null;
    }
    Group group =
        new Group(location + "/" + first.name, new LinkedHashMap<>(), new LinkedHashMap<>());
    first.addTo(group);
    try {
      for (Member member = member(); member != null; member = member()) {
        if (!member.name.equals(first.name)
            || group.files.containsKey(member.suffix)
            || group.links.containsKey(member.suffix)) {
          ahead = member;
          break;
        }
        member.addTo(group);
      }
    } catch (IOException e) {
      fault = e; // What is whole before it is a sample still.
    }
    return group;
  }

  private @Nullable Member member() throws IOException {
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String name = entry.getName();
      int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
      boolean link = entry.isLink() || entry.isSymbolicLink();
      if (!(link || TarStream.isFile(entry))
          || dot < 0
          || dot == name.lastIndexOf('/') + 1
          || META.matcher(name).lookingAt()) {
        continue;
      }
      last = name;
      String suffix = name.substring(dot + 1).toLowerCase(Locale.ROOT);
      if (link) {
        return new Member(name.substring(0, dot), suffix, new byte[0], entry.getLinkName());
      }
      if (entry.getSize() > MOST_BYTES) {
        throw new IOException(
            name + " has " + entry.getSize() + " bytes, but the limit is " + MOST_BYTES + " bytes");
      }
      byte[] bytes = tar.readNBytes((int) entry.getSize());
      if (bytes.length < entry.getSize()) {
        throw new IOException("the shard ends in the middle of " + name);
      }
      return new Member(name.substring(0, dot), suffix, bytes, null);
    }
    tar.checkEnd(last);
    return null;
  }

  @Override
  public void close() {
    try {
      tar.close();
    } catch (IOException e) {
      System.getLogger(ShardReader.class.getName())
          .log(System.Logger.Level.DEBUG, "closing " + location, e);
    }
  }
}
