package org.openclip.train.command.flag;

import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;

/** Checks the bounds of numeric flags. */
public final class Bounds {
  private Bounds() {}

  /**
   * Checks a flag's number.
   *
   * @param value that was given; null when none was
   * @throws UsageException when it is smaller than the least, or no number
   */
  public static void atLeast(double least, String flag, @Nullable Number value) {
    if (value != null && !(value.doubleValue() >= least)) {
      throw new UsageException(
          "%s is %s, but must be at least %s".formatted(flag, value, shown(least)));
    }
  }

  /** Checks a flag's number that must be larger than zero. */
  static void positive(String flag, @Nullable Number value) {
    if (value != null && !(value.doubleValue() > 0)) {
      throw new UsageException("%s is %s, but must be larger than 0".formatted(flag, value));
    }
  }

  /** Checks a flag's number that must be from zero to less than one. */
  public static void share(String flag, @Nullable Double value) {
    if (value != null && !(value >= 0 && value < 1)) {
      throw new UsageException(
          "%s is %s, but must be at least 0 and less than 1".formatted(flag, value));
    }
  }

  private static String shown(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
