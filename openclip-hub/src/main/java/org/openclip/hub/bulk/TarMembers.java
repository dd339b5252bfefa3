package org.openclip.hub.bulk;

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
import java.util.Map;
import java.util.function.Predicate;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.image.PictureSource;

/**
 * The members of a tar archive that is not compressed (POSIX.1-2001, with GNU's long names), each
 * read from its own place when its turn comes.
 */
final class TarMembers {
  private static final int BLOCK = 512;
  private static final int MOST_HEADER = 1 << 20;

  private final Path file;
  private final String name;

  private TarMembers(Path file) {
    this.file = file;
    this.name = file.toString();
  }

  /**
   * Lists the regular files of an archive.
   *
   * @param wanted by their names
   * @throws InvalidFileException when it is cut off or no archive
   */
  static List<BulkItem> list(Path file, Predicate<String> wanted) {
    return new TarMembers(file).list(wanted);
  }

  private List<BulkItem> list(Predicate<String> wanted) {
    List<BulkItem> items = new ArrayList<>();
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long end = channel.size();
      long at = 0;
      Map<String, String> extended = new LinkedHashMap<>();
      while (at + BLOCK <= end) {
        InterruptedCallException.check(name + " was listed");
        byte[] header = read(channel, at, BLOCK);
        if (isEmpty(header)) {
          break;
        }
        check(header, at);
        long size = number(header, 124, 12, at);
        if (extended.containsKey("size")) {
          size = Long.parseLong(extended.get("size"));
        }
        long body = at + BLOCK;
        if (size < 0 || body + size > end) {
          throw new InvalidFileException(
              name, at, "has a member of %s bytes, but ends earlier".formatted(size));
        }
        switch (header[156]) {
          case 'x' -> pax(read(channel, body, bounded(size, at)), extended);
          case 'L' -> extended.put("path", text(read(channel, body, bounded(size, at)), 0, size));
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
        at = body + (size + BLOCK - 1) / BLOCK * BLOCK;
      }
      return items;
    } catch (IOException | NumberFormatException e) {
      InterruptedCallException.check(name + " was listed", e);
      throw new InvalidFileException(name, -1, "cannot be listed as a tar archive: " + e, e);
    }
  }

  private BulkItem item(String member, long at, long size, long seconds) {
    String id = name + "!/" + member;
    return new BulkItem(id, size, 1000 * seconds, PictureSource.opening(id, () -> open(at, size)));
  }

  private InputStream open(long at, long size) throws IOException {
    if (size > PictureSource.MOST_BYTES) {
      throw new IOException(
          "it has " + size + " bytes, but the limit for a picture is " + PictureSource.MOST_BYTES);
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return new ByteArrayInputStream(read(channel, at, (int) size));
    }
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
      throw new InvalidFileException(
          name, at, "is damaged or not a tar archive; decompress a compressed archive first");
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
      throw new InvalidFileException(
          name, at, "is damaged or not a tar archive; decompress a compressed archive first", e);
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
