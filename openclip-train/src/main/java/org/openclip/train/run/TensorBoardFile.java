package org.openclip.train.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;

/** Writes scalars for TensorBoard: TFRecord records of {@code Event} protocol buffers. */
public final class TensorBoardFile implements AutoCloseable {
  private static final int MASK = 0xa282ead8;

  private final FileChannel channel;
  private final Path file;

  private TensorBoardFile(FileChannel channel, Path file) {
    this.channel = channel;
    this.file = file;
  }

  /**
   * Starts a new file beside those that are in the folder.
   *
   * @throws OpenClipException when the folder cannot be written
   */
  public static TensorBoardFile create(Path folder) {
    double now = System.currentTimeMillis() / 1000.0;
    String name =
        "events.out.tfevents.%s.%s.%s".formatted((long) now, host(), ProcessHandle.current().pid());
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      TensorBoardFile board = new TensorBoardFile(channel, file);
      board.write(new Message().fixed64(1, now).bytes(3, utf8("brain.Event:2")).toBytes());
      return board;
    } catch (IOException e) {
      InterruptedCallException.check(file + " was written", e);
      throw new OpenClipException(file + " cannot be written: " + e, e);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Adds numbers of one step.
   *
   * @param scalars by tag, such as {@code train/loss}
   * @throws OpenClipException when the disk is full
   */
  public void add(long step, Map<String, Double> scalars) {
    Message summary = new Message();
    scalars.forEach(
        (tag, value) ->
            summary.bytes(
                1, new Message().bytes(1, utf8(tag)).fixed32(2, value.floatValue()).toBytes()));
    write(
        new Message()
            .fixed64(1, System.currentTimeMillis() / 1000.0)
            .varint(2, step)
            .bytes(5, summary.toBytes())
            .toBytes());
  }

  private void write(byte[] event) {
    ByteBuffer record =
        ByteBuffer.allocate(8 + 4 + event.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(event.length).putInt(maskedChecksum(record.array(), 8));
    record.put(event).putInt(maskedChecksum(event, event.length)).flip();
    try {
      long whole = channel.size();
      try {
        while (record.hasRemaining()) {
          channel.write(record);
        }
      } catch (IOException e) {
        channel.truncate(whole); // Half a record would hide all that come behind it.
        throw e;
      }
    } catch (IOException e) {
      InterruptedCallException.check(file + " was written", e);
      throw new OpenClipException(file + " cannot be written: " + e, e);
    }
  }

  private static int maskedChecksum(byte[] bytes, int count) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, count);
    int crc = (int) checksum.getValue();
    return ((crc >>> 15) | (crc << 17)) + MASK;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      InterruptedCallException.check(file + " was written", e);
      throw new OpenClipException(file + " cannot be written: " + e, e);
    }
  }

  /** A message of protocol buffers in the making. */
  private static final class Message {
    private ByteBuffer out = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

    private void reserve(int bytes) {
      if (out.remaining() < bytes) {
        out =
            ByteBuffer.allocate(2 * out.capacity() + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(out.flip());
      }
    }

    private void raw(long value) {
      reserve(10);
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.put((byte) (rest | 0x80));
        rest >>>= 7;
      }
      out.put((byte) rest);
    }

    Message varint(int field, long value) {
      raw((long) field << 3);
      raw(value);
      return this;
    }

    Message fixed64(int field, double value) {
      raw((long) field << 3 | 1);
      reserve(8);
      out.putDouble(value);
      return this;
    }

    Message fixed32(int field, float value) {
      raw((long) field << 3 | 5);
      reserve(4);
      out.putFloat(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      raw((long) field << 3 | 2);
      raw(value.length);
      reserve(value.length);
      out.put(value);
      return this;
    }

    byte[] toBytes() {
      byte[] bytes = new byte[out.position()];
      out.get(0, bytes);
      return bytes;
    }
  }
}
