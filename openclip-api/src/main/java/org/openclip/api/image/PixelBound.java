package org.openclip.api.image;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * A bound on the pixels of a picture that holds for the calls of one thread, below the one that
 * holds for all ({@link Image#MOST_PIXELS}). {@link Image#checkSize} asks it, and with that every
 * decoder before it allocates anything.
 */
public final class PixelBound {
  private static final ThreadLocal<@Nullable Long> BOUND = new ThreadLocal<>();

  private PixelBound() {}

  /**
   * Makes a call in which pictures of more pixels are refused.
   *
   * @param most the most pixels, at least 1
   */
  public static <T> T within(long most, Supplier<T> call) {
    if (most < 1) {
      throw new InvalidInputException(
          "the maximum number of pixels of a picture is " + most + ", but must be positive");
    }
    Long before = BOUND.get();
    BOUND.set(before == null ? Long.valueOf(most) : Long.valueOf(Math.min(before, most)));
    try {
      return call.get();
    } finally {
      if (before == null) {
        BOUND.remove();
      } else {
        BOUND.set(before);
      }
    }
  }

  /** Returns the most pixels that a picture may have in this thread, now. */
  public static long most() {
    Long bound = BOUND.get();
    return bound == null ? Image.MOST_PIXELS : Math.min(bound, Image.MOST_PIXELS);
  }
}
