package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;

/**
 * An open checkpoint file and its name for messages.
 *
 * @param name the file's name
 * @param channel open for reading
 * @param size the file's size in bytes
 */
public record FileBytes(String name, FileChannel channel, long size) {
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
      return reading.of(new FileBytes(name, channel, channel.size()));
    } catch (NoSuchFileException e) {
      throw new InvalidFileException(name, -1, "there is no such file", e);
    } catch (IOException e) {
      InterruptedCallException.check(name + " was read", e);
      throw new InvalidFileException(name, -1, "cannot be read: " + e.getMessage(), e);
    }
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
          "%d bytes are needed at %d, but the file has %d; it is truncated or damaged"
              .formatted(count, at, size));
    }
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
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
