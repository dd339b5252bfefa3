package org.openclip.train.command.data;

import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.train.data.Faults;

/** Reports samples that an evaluation skipped. */
public final class LeftOut {
  private LeftOut() {}

  /** Says how many were left out, and what was wrong with the first; nothing when none was. */
  public static void say(Environment environment, Faults faults) {
    faults
        .first()
        .ifPresent(
            first ->
                environment
                    .err()
                    .println(faults.count() + " samples were skipped, the first: " + first));
  }

  /** Returns an error that says what was wrong with the first, too. */
  public static InvalidInputException because(InvalidInputException error, Faults faults) {
    return faults
        .first()
        .map(
            first ->
                new InvalidInputException(
                    "%s; %s samples were skipped, the first: %s"
                        .formatted(error.getMessage(), faults.count(), first),
                    error))
        .orElse(error);
  }
}
