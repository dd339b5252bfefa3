package org.openclip.hub.checkpoint;

import java.nio.ByteBuffer;
import org.openclip.api.tensor.DataType;

/**
 * Finds tensors that hold NaN or infinity, as those of a training run that diverged do: their
 * answers would be NaN for every picture, or wrong without a sign.
 *
 * <p>It reads at the speed of memory, in pieces on all cores, and brings a mapped file into the
 * page cache, where the backend is about to need it.
 */
final class FiniteCheck {
  /** Elements of four bytes that stay in the first-level cache. */
  private static final int BLOCK = 4096;

  static final int PIECE_BYTES = 4 << 20;

  private FiniteCheck() {}

  /** A part of a tensor's numbers. */
  record Piece(String name, DataType type, ByteBuffer bytes) {}

  /** Returns whether a number of a piece is NaN or infinite. */
  static boolean holdsNotFinite(Piece piece) {
    return switch (piece.type()) {
      case FLOAT32 -> floats(piece.bytes());
      case FLOAT16 -> halves(piece.bytes(), 0x7c00);
      case BFLOAT16 -> halves(piece.bytes(), 0x7f80);
      case INT64, INT32, INT8, BOOL -> false;
    };
  }

  // A number is not finite when all bits of its exponent are set; adding one to the exponent then
  // carries into the sign. The loops have no branches, so that they become vector instructions.

  private static boolean floats(ByteBuffer bytes) {
    var source = bytes.asIntBuffer();
    int[] block = new int[BLOCK];
    while (source.hasRemaining()) {
      int n = Math.min(BLOCK, source.remaining());
      source.get(block, 0, n);
      int carry = 0;
      for (int i = 0; i < n; i++) {
        carry |= (block[i] & 0x7f800000) + 0x00800000;
      }
      if (carry < 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean halves(ByteBuffer bytes, int exponent) {
    var source = bytes.asShortBuffer();
    int lowest = Integer.lowestOneBit(exponent);
    short[] block = new short[BLOCK];
    while (source.hasRemaining()) {
      int n = Math.min(BLOCK, source.remaining());
      source.get(block, 0, n);
      int carry = 0;
      for (int i = 0; i < n; i++) {
        carry |= (block[i] & exponent) + lowest;
      }
      if ((carry & 0x8000) != 0) {
        return true;
      }
    }
    return false;
  }
}
