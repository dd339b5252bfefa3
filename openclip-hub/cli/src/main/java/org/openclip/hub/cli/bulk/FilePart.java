package org.openclip.hub.cli.bulk;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Some bytes of a file.
 *
 * @param file the file
 * @param at the position of the first byte
 * @param size the number of bytes
 */
record FilePart(Path file, long at, int size) {
  /** Reads the bytes. */
  InputStream open() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(at);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new EOFException("the archive ends at " + (at + bytes.position()));
        }
      }
    }
    return new ByteArrayInputStream(bytes.array());
  }
}
