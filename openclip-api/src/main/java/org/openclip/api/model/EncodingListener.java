package org.openclip.api.model;

import java.nio.file.Path;
import org.openclip.api.OpenClipException;

/**
 * Follows the encoding of many images or texts. The methods are called by the thread that called
 * the encoding.
 */
public interface EncodingListener {
  /** A listener that ignores progress and stops at an unreadable image. */
  EncodingListener NONE = new EncodingListener() {};

  /**
   * Called after a batch has run.
   *
   * @param count the number of images or texts of the batch, including skipped ones
   */
  default void done(int count) {}

  /**
   * Called for an image that cannot be read, decoded or preprocessed. If the method throws, as the
   * default does, the encoding ends. If it returns, the image is skipped. It is called in the order
   * of the images, before their batch runs. Other images are not affected and not read again.
   *
   * @param index the index of the image in the list, from 0
   * @param reason what is wrong; the message names the file
   * @throws OpenClipException to end the encoding
   */
  default void unreadable(int index, Path file, OpenClipException reason) {
    throw reason;
  }
}
