package org.openclip.hub.io;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;

/**
 * Memory for weights that cannot be memory-mapped from a checkpoint because they are unaligned,
 * transposed or of another type. It is freed when nobody refers to it any more.
 *
 * <p>The JVM limits its direct memory, as a rule to the size of the heap, which has nothing to do
 * with the size of a model. So weights take a quarter of it at most; what is more goes to a
 * temporary file, which is mapped and has no name any more. The system can write such memory out
 * when it is short.
 */
public final class WeightMemory {
  /** What is smaller is not worth a file. */
  private static final int SMALL = 64 << 10;

  private static final int BLOCK = 1 << 20;

  /** The direct memory of this JVM, and so its share, is one for all models. */
  private static final Share OF_THIS_JVM = new Share(Runtime.getRuntime().maxMemory() / 4);

  private WeightMemory() {}

  /**
   * Returns a zeroed buffer in native byte order, outside of the heap.
   *
   * @throws OpenClipException when there is room for it neither in direct memory nor in a file
   */
  public static ByteBuffer allocate(long bytes) {
    return allocate(bytes, OF_THIS_JVM);
  }

  /** How much direct memory weights may take, and do. */
  static final class Share {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Share(long most) {
      this.most = most;
    }

    /** Returns a buffer; null when the share is used up, or the direct memory is. */
    @Nullable ByteBuffer take(long bytes) {
      if (bytes >= SMALL && taken.get() + bytes > most) {
        return null;
      }
      ByteBuffer buffer;
      try {
        buffer = Tensor.allocate(bytes);
      } catch (OutOfMemoryError e) {
        return null;
      }
      taken.addAndGet(bytes);
      CLEANER.register(buffer, () -> taken.addAndGet(-bytes));
      return buffer;
    }
  }

  static ByteBuffer allocate(long bytes, Share share) {
    ByteBuffer direct = share.take(bytes);
    if (direct != null) {
      return direct;
    }
    try {
      return mapped(bytes);
    } catch (IOException e) {
      InterruptedCallException.check("weights were copied", e);
      try {
        return Tensor.allocate(bytes);
      } catch (OutOfMemoryError full) {
        e.addSuppressed(full);
        throw new OpenClipException(
            "there is not enough memory for %s bytes of weights: %s, and no temporary file can hold them (%s); raise -Xmx or -XX:MaxDirectMemorySize, or set java.io.tmpdir to a folder with enough space"
                .formatted(bytes, full.getMessage(), e),
            e);
      }
    }
  }

  private static ByteBuffer mapped(long bytes) throws IOException {
    Path file = Files.createTempFile("openclip-weights", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // A full disk is an error here; in a mapping without bytes behind it, it ends the process.
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(BLOCK, bytes));
      for (long left = bytes; left > 0; ) {
        zeros.clear().limit((int) Math.min(left, zeros.capacity()));
        left -= channel.write(zeros);
      }
      return channel.map(MapMode.READ_WRITE, 0, bytes).order(ByteOrder.nativeOrder());
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      // Windows keeps files that are mapped.
      file.toFile().deleteOnExit();
    }
  }
}
