package org.openclip.hub.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A file of known size that is being downloaded in pieces. Behind its bytes stands, until it is
 * whole, how far each piece has come, so that a download can go on after its process has died.
 *
 * <p>Bytes are written before their count. Each piece is written by one thread.
 */
final class PartFile implements AutoCloseable {
  /** Eight bytes that no other program ends a file with, {@code OCLIPPRT}. */
  private static final long MAGIC = 0x4f434c4950505254L;

  private final FileChannel channel;
  private final long size;
  private final AtomicLongArray done;

  private PartFile(FileChannel channel, long size, AtomicLongArray done) {
    this.channel = channel;
    this.size = size;
    this.done = done;
  }

  /**
   * Opens the file, or begins it anew when there is none that fits.
   *
   * @param size how many bytes it will have
   * @param pieces in how many pieces it is fetched, unless it was begun with another number
   * @throws StorageException when it cannot be written
   */
  static PartFile open(Path file, long size, int pieces) throws StorageException {
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      return begun(channel, size, pieces);
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  private static PartFile begun(FileChannel channel, long size, int pieces) throws IOException {
    try {
      long[] found = readCounts(channel, size);
      if (found.length > 0) {
        return new PartFile(channel, size, new AtomicLongArray(found));
      }
      PartFile begun = new PartFile(channel, size, new AtomicLongArray(pieces));
      channel.truncate(0);
      for (int piece = 0; piece < pieces; piece++) {
        begun.writeCount(piece);
      }
      begun.writeLong(size + 8L * pieces, pieces);
      begun.writeLong(size + 8L * pieces + 8, MAGIC);
      return begun;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Returns how far each piece has come; nothing when the file was begun for another content. */
  private static long[] readCounts(FileChannel channel, long size) throws IOException {
    long length = channel.size();
    if (length == size && size > 0) {
      // It was whole, and its counts are cut off.
      return new long[] {size};
    }
    if (length < size + 24 || readLong(channel, length - 8) != MAGIC) {
      return new long[0];
    }
    long pieces = readLong(channel, length - 16);
    if (pieces < 1 || pieces > 1024 || length != size + 8 * pieces + 16) {
      return new long[0];
    }
    long[] done = new long[(int) pieces];
    for (int piece = 0; piece < pieces; piece++) {
      done[piece] = readLong(channel, size + 8L * piece);
      if (done[piece] < 0 || done[piece] > length(piece, (int) pieces, size)) {
        return new long[0];
      }
    }
    return done;
  }

  private static long readLong(FileChannel channel, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        return -1;
      }
    }
    return bytes.getLong(0);
  }

  int pieces() {
    return done.length();
  }

  /** Returns where a piece begins, in bytes. */
  long start(int piece) {
    return start(piece, pieces(), size);
  }

  private static long start(int piece, int pieces, long size) {
    return size / pieces * piece + Math.min(piece, size % pieces);
  }

  /** Returns how many bytes a piece has. */
  long length(int piece) {
    return length(piece, pieces(), size);
  }

  private static long length(int piece, int pieces, long size) {
    return start(piece + 1, pieces, size) - start(piece, pieces, size);
  }

  /** Returns how many bytes of a piece are there. */
  long done(int piece) {
    return done.get(piece);
  }

  /** Returns how many bytes of the file are there. */
  long done() {
    long sum = 0;
    for (int piece = 0; piece < pieces(); piece++) {
      sum += done.get(piece);
    }
    return sum;
  }

  /**
   * Writes bytes to a piece where it ends so far.
   *
   * @throws StorageException when the disk does not take them
   * @throws IOException when they are more than the piece has
   */
  void append(int piece, List<ByteBuffer> buffers) throws IOException {
    for (ByteBuffer bytes : buffers) {
      if (bytes.remaining() > length(piece) - done(piece)) {
        throw new IOException("the server sent more bytes than requested");
      }
      try {
        while (bytes.hasRemaining()) {
          int written = channel.write(bytes, start(piece) + done(piece));
          done.addAndGet(piece, written);
        }
      } catch (IOException e) {
        throw new StorageException(e);
      }
    }
    try {
      writeCount(piece);
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  /** Forgets what is there of a piece. */
  void forget(int piece) throws IOException {
    done.set(piece, 0);
    writeCount(piece);
  }

  private void writeCount(int piece) throws IOException {
    writeLong(size + 8L * piece, done.get(piece));
  }

  private void writeLong(long at, long value) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8).putLong(0, value);
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  /**
   * Cuts the counts off and forces the bytes to the disk.
   *
   * @throws StorageException when the disk fails
   */
  void complete() throws StorageException {
    if (done() != size) {
      throw new IllegalStateException("only " + done() + " of " + size + " bytes were received");
    }
    try {
      channel.truncate(size);
      channel.force(true);
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
