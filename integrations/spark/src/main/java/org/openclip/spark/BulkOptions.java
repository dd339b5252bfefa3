package org.openclip.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;

/**
 * What {@link BulkEmbed} is asked to do.
 *
 * @param input the folder of pictures or archives, or the table
 * @param kind what is there
 * @param column the table's column of pictures
 * @param idColumn its column by which rows are known; empty for that of pictures
 * @param output the folder of Parquet files
 * @param model the model's name
 * @param pretrained its weights; empty for none
 * @param batchSize how many pictures run at once
 * @param unitsPerCommit how many files, archives or rows are written together: what a killed job
 *     loses at most; 0 for the kind's own number
 */
record BulkOptions(
    String input,
    BulkKind kind,
    String column,
    String idColumn,
    String output,
    String model,
    String pretrained,
    int batchSize,
    int unitsPerCommit) {
  static final String USAGE =
      "--input FOLDER --output FOLDER --model NAME [--pretrained TAG-OR-PATH]"
          + " [--input-kind pictures|tar|parquet] [--column NAME] [--id-column NAME] [--batch N]"
          + " [--files-per-commit N]";

  private static final Set<String> NAMES =
      Set.of(
          "--input",
          "--input-kind",
          "--column",
          "--id-column",
          "--output",
          "--model",
          "--pretrained",
          "--batch",
          "--files-per-commit");

  static BulkOptions parse(String... arguments) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      if (!NAMES.contains(arguments[i])) {
        throw new InvalidInputException(
            "'" + arguments[i] + "' is none of " + new TreeSet<>(NAMES) + "; usage: " + USAGE);
      } else if (++i == arguments.length) {
        throw new InvalidInputException(arguments[i - 1] + " has no value; usage: " + USAGE);
      } else {
        values.put(arguments[i - 1], arguments[i]);
      }
    }
    for (String name : new String[] {"--input", "--output", "--model"}) {
      if (!values.containsKey(name)) {
        throw new InvalidInputException(name + " is missing; usage: " + USAGE);
      }
    }
    BulkKind kind = BulkKind.parse(values.getOrDefault("--input-kind", "pictures"));
    for (String name : new String[] {"--column", "--id-column"}) {
      if (kind != BulkKind.PARQUET && values.containsKey(name)) {
        throw new InvalidInputException(name + " is for --input-kind parquet; usage: " + USAGE);
      }
    }
    return new BulkOptions(
        values.getOrDefault("--input", ""),
        kind,
        values.getOrDefault("--column", "path"),
        values.getOrDefault("--id-column", ""),
        values.getOrDefault("--output", ""),
        values.getOrDefault("--model", ""),
        values.getOrDefault("--pretrained", ""),
        number(values, "--batch", 32),
        number(values, "--files-per-commit", 0));
  }

  /** Returns where the pictures are. */
  BulkSource source() {
    return switch (kind) {
      case PICTURES -> new BulkFolder(input);
      case TAR -> new BulkShards(input);
      case PARQUET -> new BulkTable(input, column, idColumn);
    };
  }

  private static int number(Map<String, String> values, String name, int otherwise) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new InvalidInputException(
        name + " is '" + text + "', but must be a whole number above 0");
  }
}
