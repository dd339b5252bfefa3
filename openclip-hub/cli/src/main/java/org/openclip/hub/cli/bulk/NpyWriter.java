package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.openclip.api.model.Embeddings;

/**
 * A matrix in NumPy's format 1.0 (NEP 1), {@code float32[rows, width]}, little-endian, row by row.
 * The number of rows is known at the end only, and is put into the header then.
 */
public final class NpyWriter {
  /** Room for the longest shape, at NumPy's own alignment of data. */
  static final int HEADER = 128;

  private final FileChannel channel;
  private int width;
  private long rows;

  /** Starts a file at the channel's beginning; the caller keeps the channel. */
  public NpyWriter(FileChannel channel) throws IOException {
    this.channel = channel;
    channel.position(HEADER);
  }

  /** Returns how many rows of a width can be added at once: less than 2 GiB. */
  static int mostRows(int width) {
    return (Integer.MAX_VALUE - HEADER) / (Float.BYTES * width);
  }

  /** Adds rows; all have the width of the first. */
  public void append(Embeddings embeddings) throws IOException {
    width = embeddings.width();
    rows += embeddings.size();
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * embeddings.size() * width).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(embeddings.toArray());
    writeFully(bytes);
  }

  /** Writes the header. */
  public void finish() throws IOException {
    finish(String.valueOf(width));
  }

  /**
   * Writes the header, in which each row is a matrix: {@code float32[rows, height, across]}.
   *
   * @param height rows of each matrix
   * @param across columns of each matrix
   */
  public void finish(int height, int across) throws IOException {
    finish(height + ", " + across);
  }

  private void finish(String row) throws IOException {
    String shape = "(" + rows + ", " + row + ")";
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (HEADER - 10));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.position() < HEADER - 1) {
      header.put((byte) ' ');
    }
    header.put((byte) '\n').flip();
    channel.position(0);
    writeFully(header);
  }

  /** Returns the number of rows so far. */
  public long rows() {
    return rows;
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
