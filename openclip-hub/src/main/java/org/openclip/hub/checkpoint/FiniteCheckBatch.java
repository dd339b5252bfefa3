package org.openclip.hub.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.openclip.api.tensor.Tensor;

/** Collects tensors and checks them together. */
final class FiniteCheckBatch {
  private final List<FiniteCheck.Piece> pieces = new ArrayList<>();

  void add(String name, Tensor tensor) {
    if (!tensor.type().floating()) {
      return;
    }
    for (ByteBuffer chunk : tensor.chunks()) {
      for (long at = 0; at < chunk.limit(); at += FiniteCheck.PIECE_BYTES) {
        int length = (int) Math.min(FiniteCheck.PIECE_BYTES, chunk.limit() - at);
        ByteBuffer piece = chunk.slice((int) at, length).order(ByteOrder.nativeOrder());
        pieces.add(new FiniteCheck.Piece(name, tensor.type(), piece));
      }
    }
  }

  /** Returns the names of the tensors with numbers that are not finite, in order. */
  List<String> notFinite() {
    Set<String> found = new ConcurrentSkipListSet<>();
    pieces.parallelStream()
        .filter(FiniteCheck::holdsNotFinite)
        .forEach(piece -> found.add(piece.name()));
    return List.copyOf(new TreeSet<>(found));
  }
}
