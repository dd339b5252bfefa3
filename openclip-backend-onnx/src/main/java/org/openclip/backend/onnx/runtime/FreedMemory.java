package org.openclip.backend.onnx.runtime;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import org.openclip.api.backend.CFunctions;

/**
 * Memory that the opening of a session took and freed. ONNX Runtime copies, transposes and packs
 * matrices one after the other, so that the freed copies lie between the packed ones, and glibc
 * keeps them: 175 MB with ViT-B/32 in 8 bits.
 */
final class FreedMemory {
  private static final System.Logger LOG = System.getLogger(FreedMemory.class.getName());

  /** Less is not worth the time of the call. */
  private static final long LEAST_BYTES = 16 << 20;

  private FreedMemory() {}

  /**
   * Gives the memory back to the system, where the C library has a function for it.
   *
   * @param copied how many bytes of weights the session copied
   */
  static void giveBack(long copied) {
    if (copied < LEAST_BYTES || !CFunctions.permitted(FreedMemory.class)) {
      return;
    }
    try {
      new CFunctions(MethodHandles.lookup()).call("malloc_trim", 0L);
    } catch (ReflectiveOperationException e) {
      LOG.log(Level.DEBUG, "the C library keeps the memory that opening a session freed", e);
    }
  }
}
