package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.openclip.api.tensor.Tensor;

/**
 * Direct buffers to fill again, because allocating one zeroes it and only the garbage collector
 * frees it. Safe for many threads.
 */
public final class PixelBuffers {
  private final long mostBytes;
  private final List<ByteBuffer> idle = new ArrayList<>();
  private long idleBytes;

  /**
   * Creates an empty pool.
   *
   * @param mostBytes how much it keeps while nobody uses it
   */
  PixelBuffers(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Returns a buffer of native order with the number of bytes between position and limit. */
  synchronized ByteBuffer take(int bytes) {
    for (int i = 0; i < idle.size(); i++) {
      if (idle.get(i).capacity() >= bytes) {
        ByteBuffer buffer = idle.remove(i);
        idleBytes -= buffer.capacity();
        return buffer.clear().limit(bytes).order(ByteOrder.nativeOrder());
      }
    }
    return Tensor.allocate(bytes);
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  synchronized void giveBack(ByteBuffer buffer) {
    if (idleBytes + buffer.capacity() <= mostBytes) {
      idle.add(buffer);
      idle.sort(Comparator.comparingInt(ByteBuffer::capacity));
      idleBytes += buffer.capacity();
    }
  }
}
