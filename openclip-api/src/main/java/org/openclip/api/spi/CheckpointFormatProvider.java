package org.openclip.api.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.openclip.api.InvalidFileException;
import org.openclip.api.tensor.Weights;

/** A plugin that adds a checkpoint format. */
public interface CheckpointFormatProvider extends Provider {
  /**
   * Returns whether a file is of this format, judged by its name and first bytes.
   *
   * @param head the first bytes, at most 4096, in little-endian order
   */
  boolean accepts(Path file, ByteBuffer head);

  /**
   * Opens a checkpoint. Tensors are memory-mapped, not copied. Nothing in the file is executed.
   *
   * @throws InvalidFileException when the content does not match the format
   */
  Weights open(Path file);
}
