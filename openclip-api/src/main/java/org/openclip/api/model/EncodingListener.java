package org.openclip.api.model;

import java.nio.file.Path;
import org.openclip.api.OpenClipException;

/**
 * Is told how the encoding of many pictures or texts goes on, by the thread that asked for it. Each
 * method does nothing more than its default unless it is overridden.
 */
public interface EncodingListener {
  /** Listens to nothing: a picture that cannot be read ends the work. */
  EncodingListener NONE = new EncodingListener() {};

  /**
   * Takes note that a batch has been run.
   *
   * @param count how many pictures or texts it had, those that were left out included
   */
  default void done(int count) {}

  /**
   * Judges a picture that cannot be read, decoded or preprocessed: throwing ends the work, as the
   * default does, and returning leaves the picture out. It is called in the order of the pictures,
   * before their batch is run. Only such a picture is lost; no other is read again.
   *
   * @param index of the picture in the list, from 0
   * @param reason what is wrong with it; it names the file
   * @throws OpenClipException to end the work
   */
  default void unreadable(int index, Path file, OpenClipException reason) {
    throw reason;
  }
}
