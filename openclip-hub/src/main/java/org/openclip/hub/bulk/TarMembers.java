package org.openclip.hub.bulk;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.image.PictureSource;
import org.openclip.hub.remote.RemoteFiles;

/**
 * The members of a tar archive (POSIX.1-2001, with GNU's long names). Those of one that is not
 * packed are each read from their own place when their turn comes; one that is packed by gzip, or
 * lies behind a web server, is read through from its beginning.
 */
final class TarMembers {
  private static final int BLOCK = 512;
  private static final int MOST_HEADER = 1 << 20;

  private final String name;
  private final Places places;
  private final List<BulkItem> items = new ArrayList<>();

  private TarMembers(String name, Places places) {
    this.name = name;
    this.places = places;
  }

  /** Makes sources of members. */
  private interface Places {
    PictureSource source(String id, long at, long size);
  }

  /** Returns whether a name ends as those of archives do. */
  static boolean isArchive(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(tar|tar\\.gz|tgz|tar\\.(bz2|xz|zst))");
  }

  /**
   * Lists the regular files of an archive.
   *
   * @param wanted by their names
   * @throws InvalidFileException when it is cut off, no archive, or packed otherwise than by gzip
   */
  static List<BulkItem> list(Path file, Predicate<String> wanted) {
    try {
      if (isPacked(file)) {
        return forward(file.toString(), () -> Files.newInputStream(file), wanted);
      }
      TarMembers members =
          new TarMembers(
              file.toString(),
              (id, at, size) -> PictureSource.opening(id, () -> open(file, at, size)));
      try (SeekableByteChannel channel = Files.newByteChannel(file)) {
        return members.list(new InChannel(channel), wanted);
      }
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /** Lists an archive that lies wherever {@link RemoteFiles} reads. */
  static List<BulkItem> list(String location, RemoteFiles files, Predicate<String> wanted) {
    return forward(location, () -> files.open(location), wanted);
  }

  private static List<BulkItem> forward(
      String name, PictureSource.Opening raw, Predicate<String> wanted) {
    PictureSource.Opening opening = () -> Unpacked.open(raw.open());
    ForwardBytes bytes = new ForwardBytes(opening);
    TarMembers members =
        new TarMembers(
            name,
            (id, at, size) -> {
              if (size > PictureSource.MOST_BYTES) {
                return PictureSource.opening(id, () -> tooLarge(size));
              }
              bytes.add(at, (int) size);
              return PictureSource.opening(id, () -> new ByteArrayInputStream(bytes.read(at)));
            });
    try (InputStream stream = opening.open()) {
      return members.list(new InStream(stream), wanted);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static boolean isPacked(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return Unpacked.isPacked(stream.readNBytes(Unpacked.HEAD));
    }
  }

  private static InvalidFileException unreadable(String name, Exception e) {
    InterruptedCallException.check(name + " was listed", e);
    return new InvalidFileException(name, -1, "cannot be listed as a tar archive: " + e, e);
  }

  /** The bytes of an archive while it is listed, asked for from front to back. */
  private interface Bytes {
    /** Returns a block; null behind the last. */
    byte @Nullable [] block(long at) throws IOException;

    /** Returns bytes that a header announces. */
    byte[] read(long at, int count) throws IOException;

    /** Sees that there are bytes that a header announces. */
    void check(long at, long count) throws IOException;
  }

  /** Those of a file, read wherever they are wanted. */
  private record InChannel(SeekableByteChannel channel) implements Bytes {
    @Override
    public byte @Nullable [] block(long at) throws IOException {
      return at + BLOCK <= channel.size() ? read(at, BLOCK) : null;
    }

    @Override
    public byte[] read(long at, int count) throws IOException {
      return TarMembers.read(channel, at, count);
    }

    @Override
    public void check(long at, long count) throws IOException {
      if (count < 0 || at + count > channel.size()) {
        throw new EOFException("it ends at " + channel.size());
      }
    }
  }

  /** Those of a stream. */
  private static final class InStream implements Bytes {
    private final InputStream stream;
    private long position;

    InStream(InputStream stream) {
      this.stream = new BufferedInputStream(stream, 1 << 16);
    }

    @Override
    public byte @Nullable [] block(long at) throws IOException {
      skipTo(at);
      byte[] block = stream.readNBytes(BLOCK);
      position += block.length;
      return block.length == BLOCK ? block : null;
    }

    @Override
    public byte[] read(long at, int count) throws IOException {
      skipTo(at);
      byte[] bytes = stream.readNBytes(count);
      position += bytes.length;
      if (bytes.length < count) {
        throw new EOFException("it ends at " + position);
      }
      return bytes;
    }

    @Override
    public void check(long at, long count) throws IOException {
      if (count < 0) {
        throw new EOFException("it has a member of " + count + " bytes");
      }
      if (position <= at) { // What was read already is there.
        skipTo(at + count);
      }
    }

    private void skipTo(long at) throws IOException {
      stream.skipNBytes(at - position);
      position = at;
    }
  }

  private List<BulkItem> list(Bytes bytes, Predicate<String> wanted) throws IOException {
    try {
      long at = 0;
      Map<String, String> extended = new LinkedHashMap<>();
      byte[] header = bytes.block(0);
      while (header != null && !isEmpty(header)) {
        InterruptedCallException.check(name + " was listed");
        check(header, at);
        long size = number(header, 124, 12, at);
        if (extended.containsKey("size")) {
          size = Long.parseLong(extended.get("size"));
        }
        long body = at + BLOCK;
        take(bytes, header, at, size, extended, wanted);
        end(bytes, at, size);
        at = body + (size + BLOCK - 1) / BLOCK * BLOCK;
        header = bytes.block(at);
      }
      return items;
    } catch (NumberFormatException e) {
      throw unreadable(name, e);
    }
  }

  private void end(Bytes bytes, long at, long size) throws IOException {
    try {
      bytes.check(at + BLOCK, size);
    } catch (EOFException e) {
      throw new InvalidFileException(
          name, at, "has a member of %s bytes, but ends earlier".formatted(size), e);
    }
  }

  /** Takes note of a member, or of what a header says of the next one. */
  private void take(
      Bytes bytes,
      byte[] header,
      long at,
      long size,
      Map<String, String> extended,
      Predicate<String> wanted)
      throws IOException {
    long body = at + BLOCK;
    switch (header[156]) {
      case 'x' -> pax(bytes.read(body, bounded(size, at)), extended);
      case 'L' -> extended.put("path", text(bytes.read(body, bounded(size, at)), 0, size));
      case '0', 0, '7' -> {
        String member = extended.getOrDefault("path", path(header));
        if (wanted.test(member)) {
          items.add(item(member, body, size, number(header, 136, 12, at)));
        }
        extended.clear();
      }
      default -> {
        if (header[156] != 'g' && header[156] != 'K') {
          extended.clear();
        }
      }
    }
  }

  private BulkItem item(String member, long at, long size, long seconds) {
    String id = name + "!/" + member;
    return new BulkItem(id, size, 1000 * seconds, places.source(id, at, size));
  }

  private static InputStream open(Path file, long at, long size) throws IOException {
    if (size > PictureSource.MOST_BYTES) {
      return tooLarge(size);
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return new ByteArrayInputStream(read(channel, at, (int) size));
    }
  }

  private static InputStream tooLarge(long size) throws IOException {
    throw new IOException(
        "it has " + size + " bytes, but the limit for a picture is " + PictureSource.MOST_BYTES);
  }

  private static byte[] read(SeekableByteChannel channel, long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the archive ends at " + (at + bytes.position()));
      }
    }
    return bytes.array();
  }

  private int bounded(long size, long at) {
    if (size > MOST_HEADER) {
      throw new InvalidFileException(name, at, "has a header of " + size + " bytes");
    }
    return (int) size;
  }

  private static boolean isEmpty(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Checks the sum of a header's bytes, those of the sum itself taken for spaces. */
  private void check(byte[] header, long at) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (sum != number(header, 148, 8, at)) {
      throw new InvalidFileException(name, at, "is damaged or not a tar archive");
    }
  }

  /** Returns a number in octal digits, or in binary when its first bit is set. */
  private long number(byte[] header, int from, int length, long at) {
    if ((header[from] & 0x80) != 0) {
      long value = header[from] & 0x7f;
      for (int i = from + 1; i < from + length; i++) {
        value = (value << 8) | (header[i] & 0xff);
      }
      return value;
    }
    String digits = text(header, from, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw new InvalidFileException(name, at, "is damaged or not a tar archive", e);
    }
  }

  private static String path(byte[] header) {
    String path = text(header, 0, 100);
    boolean posix = text(header, 257, 5).equals("ustar") && header[262] == 0;
    String prefix = posix ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? path : prefix + "/" + path;
  }

  private static String text(byte[] bytes, int from, long length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /** Reads records of the form {@code LENGTH KEY=VALUE\n}. */
  private void pax(byte[] records, Map<String, String> into) {
    int at = 0;
    while (at < records.length) {
      int space = at;
      while (space < records.length && records[space] != ' ') {
        space++;
      }
      int length = Integer.parseInt(text(records, at, space - at));
      if (length < 5 || at + length > records.length) {
        throw new InvalidFileException(name, -1, "has a damaged extended header");
      }
      String record =
          new String(records, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
      int equals = record.indexOf('=');
      into.put(record.substring(0, Math.max(0, equals)), record.substring(equals + 1));
      at += length;
    }
  }
}
