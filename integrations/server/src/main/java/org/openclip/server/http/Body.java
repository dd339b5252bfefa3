package org.openclip.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The bytes of a request, which count against a budget until this is closed. */
final class Body implements AutoCloseable {
  private static final int PIECE = 1 << 16;

  /** What a caller may send in vain before the connection is cut: it would not see the answer. */
  private static final long IN_VAIN = 256L << 20;

  private final ByteBudget budget;
  private byte[] bytes = new byte[0];
  private int length;
  private long taken;

  private Body(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * Reads the bytes of a request.
   *
   * @param announced how many it says that there are; -1 when it does not
   * @param most how many there may be
   * @param end when they must have come, by {@link System#nanoTime}
   * @throws Problem when there are too many, or they are slow
   */
  static Body read(InputStream stream, long announced, int most, ByteBudget budget, long end)
      throws IOException {
    Body body = new Body(budget);
    try {
      if (announced > most) {
        drain(stream, announced, end);
        throw tooLarge(most);
      }
      body.grow(announced < 0 ? PIECE : (int) announced);
      body.fill(stream, most, end);
      return body;
    } catch (IOException | RuntimeException | Error e) {
      body.close();
      throw e;
    }
  }

  private void fill(InputStream stream, int most, long end) throws IOException {
    while (true) {
      if (length == bytes.length) {
        int next = stream.read();
        if (next < 0) {
          return;
        }
        // Room for one more than it may have, to see whether there is more.
        grow((int) Math.min(most + 1L, Math.max(PIECE, 2L * length)));
        bytes[length++] = (byte) next;
      }
      int count = stream.read(bytes, length, Math.min(PIECE, bytes.length - length));
      if (count < 0) {
        return;
      }
      length += count;
      if (length > most) {
        drain(stream, IN_VAIN, end);
        throw tooLarge(most);
      }
      if (System.nanoTime() > end) {
        throw Problem.of(408, "slow_request", "the request was not received in time");
      }
    }
  }

  private void grow(int size) {
    budget.take(size - taken);
    taken = size;
    bytes = Arrays.copyOf(bytes, size);
  }

  /** Reads on, for a while, so that the caller comes to read the answer. */
  private static void drain(InputStream stream, long most, long end) throws IOException {
    byte[] piece = new byte[PIECE];
    long left = Math.min(most, IN_VAIN);
    while (left > 0 && System.nanoTime() < end) {
      int count = stream.read(piece);
      if (count < 0) {
        return;
      }
      left -= count;
    }
  }

  private static Problem tooLarge(int most) {
    return Problem.of(
        413, "too_large", "the request has more than " + most + " bytes; send smaller requests");
  }

  byte[] bytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  @Override
  public void close() {
    budget.giveBack(taken);
    taken = 0;
    bytes = new byte[0];
    length = 0;
  }
}
