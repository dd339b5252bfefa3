package org.openclip.train.data;

import java.io.IOException;

/**
 * A picture and its caption, as they are stored.
 *
 * @param key where it lies, for messages, such as {@code shard-0001.tar/000123}
 * @param picture the bytes of the picture's file
 * @param caption the text as it is stored
 */
public record Sample(String key, Picture picture, String caption) {
  /** The bytes of a picture's file, read when they are needed. */
  public interface Picture {
    /**
     * Reads the bytes.
     *
     * @throws IOException when the file cannot be read
     */
    byte[] read() throws IOException;

    /** Returns a picture over bytes that are in memory. */
    static Picture of(byte[] bytes) {
      return () -> bytes;
    }
  }
}
