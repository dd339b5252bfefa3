package org.openclip.hub.runtime;

import org.openclip.api.InvalidInputException;

/** The number of images, sounds or texts that run at once. */
public final class BatchSize {
  private static final int MOST = 4096;

  private BatchSize() {}

  /**
   * Returns a batch size.
   *
   * @throws InvalidInputException when it is not from 1 to 4096
   */
  public static int checked(int size) {
    if (size < 1 || size > MOST) {
      throw new InvalidInputException(
          "the batch size is " + size + ", but must be from 1 to " + MOST);
    }
    return size;
  }
}
