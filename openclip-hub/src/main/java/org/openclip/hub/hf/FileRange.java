package org.openclip.hub.hf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/** Some bytes of a file as a stream that tells how many of them have been read. */
final class FileRange extends InputStream {
  private final FileChannel channel;
  private final LongConsumer read;
  private long at;
  private long left;

  /**
   * Opens the file.
   *
   * @param read told how many more bytes have been read, after each of its reads
   */
  FileRange(Path file, long from, long length, LongConsumer read) {
    try {
      this.channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.at = from;
    this.left = length;
    this.read = read;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(left, length)), at);
    if (count < 0) {
      throw new IOException("the file was truncated during the upload");
    }
    at += count;
    left -= count;
    read.accept(count);
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
