package org.openclip.api.audio;

import org.openclip.api.InvalidFileException;

/** Decodes sound files. Thread-safe. */
public interface AudioDecoder {
  /** Returns whether the first bytes of a file are those of a format that it decodes. */
  boolean supports(byte[] head);

  /**
   * Decodes a file. Several channels become one, their mean.
   *
   * @param name what the file is called in messages
   * @param file the file's bytes
   * @throws InvalidFileException when the file is damaged, or of a variant that is not supported
   */
  Audio decode(String name, byte[] file);
}
