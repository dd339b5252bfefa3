package org.openclip.api.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.openclip.api.InvalidFileException;
import org.openclip.api.tensor.Weights;

/** A plugin that reads a format of checkpoint files. */
public interface CheckpointFormatProvider extends Provider {
  /**
   * Returns whether a file is of this format, judged by its name and first bytes.
   *
   * @param head the first bytes, at most 4096, in little-endian order
   */
  boolean accepts(Path file, ByteBuffer head);

  /**
   * Opens a checkpoint; tensors are mapped, not copied. Nothing in the file is executed.
   *
   * @throws InvalidFileException when the bytes are not what the format promises
   */
  Weights open(Path file);
}
