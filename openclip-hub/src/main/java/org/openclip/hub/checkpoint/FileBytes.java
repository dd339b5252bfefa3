package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;

/**
 * An open checkpoint file and its name for messages.
 *
 * @param name the file's name
 * @param content what is in it
 * @param size the file's size in bytes
 */
public record FileBytes(String name, Content content, long size) {
  /** Bytes that are read where they are asked for, by an open file or from memory. */
  public interface Content {
    /**
     * Reads some bytes, or returns -1 behind the end.
     *
     * @throws IOException when they cannot be read
     */
    int read(ByteBuffer into, long at) throws IOException;

    /**
     * Returns bytes that stay, in direct memory, without a copy.
     *
     * @param length at most {@link Integer#MAX_VALUE}
     * @throws IOException when they cannot be mapped
     */
    ByteBuffer map(long begin, long length) throws IOException;
  }

  private record Open(FileChannel channel) implements Content {
    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      return channel.read(into, at);
    }

    @Override
    public ByteBuffer map(long begin, long length) throws IOException {
      return channel.map(MapMode.READ_ONLY, begin, length);
    }
  }

  private record InMemory(ByteBuffer bytes) implements Content {
    @Override
    public int read(ByteBuffer into, long at) {
      int count = (int) Math.min(into.remaining(), bytes.limit() - at);
      if (count <= 0) {
        return -1;
      }
      into.put(bytes.slice((int) at, count));
      return count;
    }

    @Override
    public ByteBuffer map(long begin, long length) {
      return bytes.slice((int) begin, (int) length);
    }
  }

  /** What is done with an open file. */
  public interface Reading<T> {
    /**
     * Reads.
     *
     * @throws IOException when the file cannot be read
     */
    T of(FileBytes file) throws IOException;
  }

  /**
   * Opens a file, reads from it, and closes it; mappings stay.
   *
   * @throws InvalidFileException when it is missing or cannot be read
   */
  public static <T> T read(Path path, Reading<T> reading) {
    String name = path.toString();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return reading.of(new FileBytes(name, new Open(channel), channel.size()));
    } catch (NoSuchFileException e) {
      throw new InvalidFileException(name, -1, "there is no such file", e);
    } catch (IOException e) {
      InterruptedCallException.check(name + " was read", e);
      throw new InvalidFileException(name, -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads from memory as from a file.
   *
   * @param bytes direct memory, from 0 to the limit
   * @throws InvalidFileException when it cannot be read
   */
  public static <T> T read(String name, ByteBuffer bytes, Reading<T> reading) {
    try {
      return reading.of(new FileBytes(name, new InMemory(bytes.asReadOnlyBuffer()), bytes.limit()));
    } catch (IOException e) {
      throw new InvalidFileException(name, -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Returns bytes of the file that stay when it is closed, mapped and not copied.
   *
   * @throws IOException when they cannot be mapped
   */
  public ByteBuffer map(long begin, long length) throws IOException {
    return content.map(begin, length);
  }

  /**
   * Reads bytes, in little-endian order.
   *
   * @throws InvalidFileException when the file ends before
   * @throws IOException when the file cannot be read
   */
  public ByteBuffer bytes(long at, int count) throws IOException {
    if (at < 0 || count > size - at) {
      throw fault(
          Math.max(0, Math.min(at, size)),
          "%s bytes are expected at byte %s, but the file has only %s bytes; it is truncated or damaged"
              .formatted(count, at, size));
    }
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (content.read(buffer, at + buffer.position()) < 0) {
        throw fault(at + buffer.position(), "the file ends here");
      }
    }
    return buffer.flip();
  }

  /** Returns an exception about a place in this file. */
  public InvalidFileException fault(long at, String problem) {
    return new InvalidFileException(name, at, problem);
  }
}
