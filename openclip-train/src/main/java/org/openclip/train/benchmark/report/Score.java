package org.openclip.train.benchmark.report;

import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * The number that stands for a result.
 *
 * @param column the data set, with the task unless it is zero-shot, and the language unless it is
 *     English
 * @param value from 0 to 1; CIDEr may be larger
 * @param kind what a mean may take it in with
 */
public record Score(String column, double value, Kind kind) {
  /** Scores whose mean says something. */
  public enum Kind {
    /** Shares of images or texts that a model gets right. */
    ZERO_SHOT,
    /** Such shares after a classifier was fitted. */
    PROBE,
    /** CIDEr, which is no share. */
    CAPTIONS
  }

  private static final String PROBED = "linear_probe";

  /** The metrics in the order of preference. */
  private static final List<String> MAIN =
      List.of("acc1", "mean_average_precision", "lp_acc1", "text_acc");

  private static final String CIDER = "CIDEr";

  /**
   * Returns the first of the main metrics, the mean of the recalls, or CIDEr.
   *
   * @throws InvalidInputException when the result has none
   */
  static Score of(Result result) {
    double value = share(result);
    Kind kind = result.text("task").equals(PROBED) ? Kind.PROBE : Kind.ZERO_SHOT;
    if (Double.isNaN(value)) {
      value = result.metric(CIDER);
      kind = Kind.CAPTIONS;
    }
    if (Double.isNaN(value)) {
      throw new InvalidInputException(
          "%s has none of the metrics %s, recalls and %s".formatted(result.file(), MAIN, CIDER));
    }
    String language = result.text("language");
    return new Score(
        result.text("dataset")
            + task(result.text("task"))
            + (language.isEmpty() || language.equals("en") ? "" : " (" + language + ")"),
        value,
        kind);
  }

  private static String task(String task) {
    return switch (task) {
      case PROBED -> ", linear probe";
      case "captioning" -> ", " + CIDER;
      case "image_caption_selection" -> ", caption selection";
      default -> "";
    };
  }

  private static double share(Result result) {
    for (String name : MAIN) {
      double value = result.metric(name);
      if (!Double.isNaN(value)) {
        return value;
      }
    }
    return result.row().entrySet().stream()
        .filter(e -> e.getKey().contains("_retrieval_recall@"))
        .mapToDouble(e -> ((Number) e.getValue()).doubleValue())
        .average()
        .orElse(Double.NaN);
  }
}
