package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The central directory of a zip archive: the offsets of its members, for memory mapping (PKWARE
 * APPNOTE 6.3, with zip64 for archives over 4 GB). The JDK's reader does not tell.
 */
public final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT = 0xffff;
  private static final long IN_ZIP64 = 0xffffffffL;

  /** The longest directory that is read; ten thousand tensors take less than one. */
  private static final long MOST_BYTES = 64L << 20;

  private ZipDirectory() {}

  /**
   * A member.
   *
   * @param stored whether its bytes lie in the file as they are, not compressed
   * @param begin the offset of its first byte
   * @param bytes how many lie in the file
   * @param size how many it has when unpacked
   */
  public record Member(boolean stored, long begin, long bytes, long size) {}

  /**
   * Reads the directory.
   *
   * @return the members by name, in the order of the directory
   * @throws IOException when the file cannot be read
   */
  public static Map<String, Member> read(FileBytes file) throws IOException {
    long end = findEnd(file);
    ByteBuffer tail = file.bytes(end, END_BYTES);
    long count = Short.toUnsignedLong(tail.getShort(10));
    long length = Integer.toUnsignedLong(tail.getInt(12));
    long start = Integer.toUnsignedLong(tail.getInt(16));
    if (end >= 20 && file.bytes(end - 20, 20).getInt(0) == LOCATOR64) {
      long at = file.bytes(end - 20, 20).getLong(8);
      ByteBuffer tail64 = file.bytes(at, 56);
      if (tail64.getInt(0) != END64) {
        throw file.fault(at, "the zip archive's central directory is not at its recorded offset");
      }
      count = tail64.getLong(32);
      length = tail64.getLong(40);
      start = tail64.getLong(48);
    }
    if (length < 0 || length > MOST_BYTES || start < 0 || start > file.size() - length) {
      throw file.fault(
          end,
          "the zip archive's central directory has %s bytes at byte %s, but the file has %s bytes"
              .formatted(length, start, file.size()));
    }
    return members(file, start, file.bytes(start, (int) length), count);
  }

  private static long findEnd(FileBytes file) throws IOException {
    int length = (int) Math.min(file.size(), END_BYTES + MOST_COMMENT);
    long from = file.size() - length;
    ByteBuffer tail = file.bytes(from, length);
    for (int i = length - END_BYTES; i >= 0; i--) {
      if (tail.getInt(i) == END) {
        return from + i;
      }
    }
    throw file.fault(
        file.size(),
        "the zip archive has no central directory at its end; it is truncated, download it again");
  }

  private static Map<String, Member> members(
      FileBytes file, long start, ByteBuffer directory, long count) throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    while (directory.hasRemaining()) {
      int at = directory.position();
      if (directory.remaining() < 46 || directory.getInt(at) != CENTRAL) {
        throw file.fault(start + at, "the zip archive's directory is damaged here");
      }
      int method = directory.getShort(at + 10);
      int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
      int extraLength = Short.toUnsignedInt(directory.getShort(at + 30));
      int commentLength = Short.toUnsignedInt(directory.getShort(at + 32));
      if (directory.remaining() < 46 + nameLength + extraLength + commentLength) {
        throw file.fault(start + at, "the zip archive's directory is damaged here");
      }
      byte[] name = new byte[nameLength];
      directory.get(at + 46, name);
      Wide wide = new Wide(directory.slice(at + 46 + nameLength, extraLength), file, start + at);
      long size = wide.value(directory.getInt(at + 24));
      long bytes = wide.value(directory.getInt(at + 20));
      long header = wide.value(directory.getInt(at + 42));
      String text = new String(name, StandardCharsets.UTF_8);
      Member member = member(file, text, method, header, bytes, size);
      if (members.put(text, member) != null) {
        throw file.fault(start + at, "the zip archive has two members '" + text + "'");
      }
      directory.position(at + 46 + nameLength + extraLength + commentLength);
    }
    if (members.size() != count) {
      throw file.fault(
          start, "the zip archive declares " + count + " members, but lists " + members.size());
    }
    return members;
  }

  private static Member member(
      FileBytes file, String name, int method, long header, long bytes, long size)
      throws IOException {
    ByteBuffer local = file.bytes(header, 30);
    if (local.getInt(0) != LOCAL || (method != 0 && method != 8)) {
      throw file.fault(
          header, "member '" + name + "' of the zip archive is damaged or of an unknown kind");
    }
    long begin =
        header
            + 30
            + Short.toUnsignedInt(local.getShort(26))
            + Short.toUnsignedInt(local.getShort(28));
    boolean stored = method == 0;
    if (bytes < 0 || size < 0 || bytes > file.size() - begin || (stored && bytes != size)) {
      throw file.fault(
          header,
          "member '%s' of the zip archive has %s bytes at byte %s, but the file has %s bytes; it"
                  .formatted(name, bytes, begin, file.size())
              + " is truncated or damaged");
    }
    return new Member(stored, begin, bytes, size);
  }

  /** The 64-bit values of a member, which take turns in an extra field when 32 bits do not do. */
  private static final class Wide {
    private final ByteBuffer values;
    private final FileBytes file;
    private final long at;

    Wide(ByteBuffer extra, FileBytes file, long at) {
      this.file = file;
      this.at = at;
      ByteBuffer found = ByteBuffer.allocate(0);
      ByteBuffer fields = extra.order(ByteOrder.LITTLE_ENDIAN);
      while (fields.remaining() >= 4) {
        int id = fields.getShort();
        int length = Short.toUnsignedInt(fields.getShort());
        if (length > fields.remaining()) {
          throw file.fault(at, "the zip archive's directory is damaged here");
        }
        if (id == 1) {
          found = fields.slice(fields.position(), length);
        }
        fields.position(fields.position() + length);
      }
      this.values = found.order(ByteOrder.LITTLE_ENDIAN);
    }

    long value(int narrow) {
      long value = Integer.toUnsignedLong(narrow);
      if (value != IN_ZIP64) {
        return value;
      }
      if (values.remaining() < 8) {
        throw file.fault(at, "the zip archive's directory is missing a 64-bit size");
      }
      return values.getLong();
    }
  }
}
