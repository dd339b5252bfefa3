package org.openclip.hub.cli;

import java.util.Map;
import org.openclip.api.spi.CommandProvider.Environment;

/** What the file of a model's weights says of them, as notes for the user. */
final class WeightsNotes {
  private WeightsNotes() {}

  /**
   * Says it.
   *
   * @param model the name by which the model was asked for
   * @param says the metadata of the file, by key
   */
  static void say(String model, Map<String, String> says, Environment environment) {
    boolean folder = model.startsWith(ModelNames.FOLDER);
    String name = folder ? model.substring(ModelNames.FOLDER.length()) : model;
    String untrained = says.get(ModelOptions.UNTRAINED);
    if (untrained != null) {
      Notes.say(
          environment,
          "the weights %s are untrained (%s); the results are meaningless"
              .formatted(folder ? "in " + name : "of " + name, untrained));
    }
    String note = says.get(ModelOptions.NOTE);
    if (note != null) {
      Notes.say(environment, "%s, %s".formatted(name, note));
    }
  }
}
