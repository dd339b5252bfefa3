package org.openclip.train.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.config.ConfigReader;

/**
 * How far a training has come.
 *
 * @param epoch the epoch that goes on or comes next, from 0
 * @param position how many samples of that epoch each rank is past
 * @param step how many steps were made in all
 */
public record Progress(int epoch, long position, long step) {
  /** The beginning. */
  public static final Progress START = new Progress(0, 0, 0);

  /** Returns a JSON object that {@link #of} reads. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("epoch", epoch);
    json.put("position", position);
    json.put("step", step);
    return json;
  }

  /**
   * Reads the progress from a JSON object.
   *
   * @param file its name, for messages
   * @throws InvalidFileException when a number is missing
   */
  static Progress of(String file, Map<String, Object> json) {
    ConfigReader reader = new ConfigReader("progress", json);
    for (String key : new String[] {"epoch", "position", "step"}) {
      if (!reader.has(key)) {
        throw new InvalidFileException(file, -1, "has no progress." + key);
      }
    }
    return new Progress(
        reader.integer("epoch", 0),
        (long) reader.number("position", 0),
        (long) reader.number("step", 0));
  }
}
