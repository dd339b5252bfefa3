package org.openclip.hub.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.OpenClipException;

/**
 * Thrown when a checkpoint does not match the model: parameter names or shapes differ, or numbers
 * are not finite. All names are kept; the message lists at most ten of each kind.
 */
public class WeightsMismatchException extends OpenClipException {
  private static final long serialVersionUID = 1L;
  private static final int LISTED = 10;

  private final ArrayList<String> missing;
  private final ArrayList<String> unexpected;
  private final ArrayList<String> misshaped;
  private final ArrayList<String> notFinite;

  WeightsMismatchException(
      String checkpoint,
      String model,
      List<String> missing,
      List<String> unexpected,
      List<String> misshaped,
      List<String> notFinite) {
    super(
        checkpoint
            + " does not fit "
            + model
            + describe("missing", missing)
            + describe("with a different shape", misshaped)
            + describe("unexpected", unexpected)
            + describe("with NaN or infinite numbers", notFinite)
            + (notFinite.isEmpty()
                ? ". Choose the model that these weights were trained with"
                : ". The file is damaged, or the training diverged"));
    this.missing = new ArrayList<>(missing);
    this.unexpected = new ArrayList<>(unexpected);
    this.misshaped = new ArrayList<>(misshaped);
    this.notFinite = new ArrayList<>(notFinite);
  }

  private WeightsMismatchException(WeightsMismatchException mismatch, String hint) {
    super(mismatch.getMessage() + "." + hint, mismatch);
    this.missing = mismatch.missing;
    this.unexpected = mismatch.unexpected;
    this.misshaped = mismatch.misshaped;
    this.notFinite = mismatch.notFinite;
  }

  /**
   * Returns this exception with a hint after its message.
   *
   * @param hint a sentence with a space before it, or empty for none
   */
  public WeightsMismatchException withHint(String hint) {
    return hint.isEmpty() ? this : new WeightsMismatchException(this, hint);
  }

  private static String describe(String what, List<String> entries) {
    if (entries.isEmpty()) {
      return "";
    }
    String list = String.join(", ", entries.subList(0, Math.min(LISTED, entries.size())));
    String rest = entries.size() > LISTED ? " and " + (entries.size() - LISTED) + " more" : "";
    return "; " + entries.size() + " " + what + ": " + list + rest;
  }

  /** Returns what the model needs and the checkpoint lacks, with the shapes. */
  public List<String> missing() {
    return List.copyOf(missing);
  }

  /** Returns what the checkpoint has and the model does not know, with the shapes. */
  public List<String> unexpected() {
    return List.copyOf(unexpected);
  }

  /** Returns what both have in different shapes, with the two shapes. */
  public List<String> misshaped() {
    return List.copyOf(misshaped);
  }

  /** Returns the tensors that hold NaN or infinity. */
  public List<String> notFinite() {
    return List.copyOf(notFinite);
  }
}
