package org.openclip.models.clip;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * Reads sizes in pixels, which a configuration gives as one number or as {@code [height, width]}.
 */
public final class Sides {
  private static final int MOST = 16384;

  private Sides() {}

  /**
   * Reads height and width.
   *
   * @throws InvalidConfigException when one is missing, or not from 1 to 16384
   */
  public static int[] of(ConfigReader reader, String key, int otherwise) {
    int[] sides;
    if (reader.value(key) instanceof List<?>) {
      double[] given = reader.numbers(key);
      if (given == null || given.length != 2) {
        throw new InvalidConfigException(reader.at(key), "must be a number or [height, width]");
      }
      sides = new int[] {(int) given[0], (int) given[1]};
    } else {
      int side = reader.integer(key, otherwise);
      sides = new int[] {side, side};
    }
    if (Math.min(sides[0], sides[1]) < 1 || Math.max(sides[0], sides[1]) > MOST) {
      throw new InvalidConfigException(
          reader.at(key),
          "is %s x %s, but must be from 1 to %s".formatted(sides[0], sides[1], MOST));
    }
    return sides;
  }
}
