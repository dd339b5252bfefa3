package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The values of a column, one after the other without separators. */
final class ColumnStream extends InputStream {
  private final ParquetColumn column;
  private byte[] value = {};
  private int at;

  /** Reads a column, which is closed with the stream. */
  ColumnStream(ParquetColumn column) {
    this.column = column;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int count) throws IOException {
    while (at == value.length) {
      if (!column.next()) {
        return -1;
      }
      byte @Nullable [] next = column.value();
      value = next == null ? new byte[0] : next;
      at = 0;
    }
    int taken = Math.min(count, value.length - at);
    System.arraycopy(value, at, into, from, taken);
    at += taken;
    return taken;
  }

  @Override
  public void close() throws IOException {
    column.close();
  }
}
