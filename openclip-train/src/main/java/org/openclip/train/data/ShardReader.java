package org.openclip.train.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.remote.RemoteFiles;

/**
 * The groups of files in a tar archive that make up samples, as WebDataset stores them: files in a
 * row whose names are alike up to the first dot belong together.
 */
public final class ShardReader implements AutoCloseable {
  /** The largest file of a sample; a picture within the bound on pixels needs no more. */
  private static final long MOST_BYTES = 1L << 30;

  private static final int BUFFER = 1 << 20;

  private final String location;
  private final TarArchiveInputStream tar;
  private @Nullable Member ahead;
  private @Nullable IOException fault;

  /**
   * A sample's files.
   *
   * @param name the archive's path of all, without what follows the first dot
   * @param files the bytes by what follows the dot, in lower case
   */
  public record Group(String name, Map<String, byte[]> files) {}

  /** One file of a sample. */
  private static final class Member {
    private final String name;
    private final String suffix;
    private final byte[] bytes;

    Member(String name, String suffix, byte[] bytes) {
      this.name = name;
      this.suffix = suffix;
      this.bytes = bytes;
    }
  }

  private ShardReader(String location, TarArchiveInputStream tar) {
    this.location = location;
    this.tar = tar;
  }

  /**
   * Opens a shard, which is read as it comes.
   *
   * @throws IOException when it cannot be opened
   */
  public static ShardReader open(String location, RemoteFiles files) throws IOException {
    InputStream stream = new BufferedInputStream(files.open(location), BUFFER);
    try {
      stream.mark(2);
      boolean zipped = stream.read() == 0x1f && stream.read() == 0x8b;
      stream.reset();
      InputStream plain = zipped ? new GZIPInputStream(stream, BUFFER) : stream;
      return new ShardReader(location, new TarArchiveInputStream(plain));
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  /** Returns where the shard lies. */
  public String location() {
    return location;
  }

  /**
   * Returns the next sample's files; null after the last.
   *
   * @throws IOException when the archive is damaged or ends in the middle
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
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(first.suffix, first.bytes);
    try {
      for (Member member = member(); member != null; member = member()) {
        if (!member.name.equals(first.name) || files.containsKey(member.suffix)) {
          ahead = member;
          break;
        }
        files.put(member.suffix, member.bytes);
      }
    } catch (IOException e) {
      fault = e; // What is whole before it is a sample still.
    }
    return new Group(location + "/" + first.name, files);
  }

  private @Nullable Member member() throws IOException {
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String name = entry.getName();
      int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
      if (!entry.isFile() || dot < 0 || dot == name.lastIndexOf('/') + 1) {
        continue;
      }
      if (entry.getSize() > MOST_BYTES) {
        throw new IOException(
            name + " has " + entry.getSize() + " bytes, but at most " + MOST_BYTES + " are read");
      }
      byte[] bytes = tar.readNBytes((int) entry.getSize());
      if (bytes.length < entry.getSize()) {
        throw new IOException("the shard ends in the middle of " + name);
      }
      return new Member(
          name.substring(0, dot), name.substring(dot + 1).toLowerCase(Locale.ROOT), bytes);
    }
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
