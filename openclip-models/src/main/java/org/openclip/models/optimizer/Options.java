package org.openclip.models.optimizer;

import java.util.Map;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;

/**
 * An optimizer's hyper-parameters.
 *
 * @param optimizer its name, for messages
 * @param values by name; what is missing takes a default
 */
record Options(String optimizer, Map<String, Double> values) {
  /**
   * Returns options of which each is known.
   *
   * @param known the names that the optimizer has
   * @throws InvalidInputException when there is another one
   */
  static Options of(String optimizer, Map<String, Double> values, String... known) {
    TreeSet<String> others = new TreeSet<>(values.keySet());
    for (String name : known) {
      others.remove(name);
    }
    if (!others.isEmpty()) {
      throw new InvalidInputException(
          "the optimizer %s has no option %s; its options are %s"
              .formatted(optimizer, String.join(", ", others), String.join(", ", known)));
    }
    return new Options(optimizer, values);
  }

  double number(String name, double otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** Returns a switch: 0 is off and 1 is on. */
  boolean flag(String name, boolean otherwise) {
    double value = number(name, otherwise ? 1 : 0);
    if (value != 0 && value != 1) {
      throw new InvalidInputException(
          "the option %s of the optimizer %s is %s, but must be 0 or 1"
              .formatted(name, optimizer, value));
    }
    return value == 1;
  }
}
