package org.openclip.hub.adapter;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.LowRank;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.fingerprint.Digest;

/**
 * The properties of adapters: their rank, alpha and targets, and the model that they belong to.
 *
 * @param lora the rank, alpha and targets
 * @param model the name of the model, for messages
 * @param base the {@linkplain #fingerprint fingerprint} of the model's own weights
 */
public record AdapterTraits(LowRank lora, String model, String base) {
  private static final String RANK = "openclip.lora.rank";
  private static final String ALPHA = "openclip.lora.alpha";
  private static final String TARGETS = "openclip.lora.targets";
  private static final String MODEL = "openclip.lora.model";
  private static final String BASE = "openclip.lora.base";

  /**
   * Returns the SHA-256 of weights: of the name, type, shape and bytes of every tensor.
   *
   * @param weights the weights under the architecture's names
   */
  public static String fingerprint(Weights weights) {
    return new Digest().add(weights).hex();
  }

  /**
   * Checks that adapters fit a model.
   *
   * @param file where they were read, for the message
   * @param model the name of the model
   * @param weights the fingerprint of its weights
   * @throws InvalidInputException when they belong to other weights
   */
  public void checkBase(String file, String model, String weights) {
    if (!base.equals(weights)) {
      throw new InvalidInputException(
          "%s holds adapters of other weights: they were trained on %s (SHA-256 %s…), but %s has SHA-256 %s…. Name the weights that the adapters were trained on"
              .formatted(file, this.model, start(base), model, start(weights)));
    }
  }

  /**
   * Checks that adapters are those that a training goes on with.
   *
   * @param file where they were read, for the message
   * @param wanted the properties of the training's adapters
   * @throws InvalidInputException when rank, alpha, targets or weights differ
   */
  public void checkSame(String file, AdapterTraits wanted) {
    checkBase(file, wanted.model, wanted.base);
    if (lora.rank() != wanted.lora.rank() || lora.alpha() != wanted.lora.alpha()) {
      throw new InvalidInputException(
          "%s holds adapters of rank %s and alpha %s, not of rank %s and alpha %s"
              .formatted(file, lora.rank(), lora.alpha(), wanted.lora.rank(), wanted.lora.alpha()));
    }
    if (!lora.targets().equals(wanted.lora.targets())) {
      Set<String> different = new TreeSet<>(lora.targets());
      different.removeAll(wanted.lora.targets());
      Set<String> missing = new TreeSet<>(wanted.lora.targets());
      missing.removeAll(lora.targets());
      throw new InvalidInputException(
          "%s holds adapters of other layers: without %s, with %s"
              .formatted(file, missing, different));
    }
  }

  private static String start(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  /** Returns the properties as the metadata of a safetensors file. */
  Map<String, String> toMetadata() {
    return Map.of(
        RANK, Integer.toString(lora.rank()),
        ALPHA, Double.toString(lora.alpha()),
        TARGETS, String.join(" ", lora.targets()),
        MODEL, model,
        BASE, base);
  }

  /** Returns whether metadata are those of adapters. */
  static boolean described(Map<String, String> metadata) {
    return metadata.containsKey(RANK);
  }

  /** Reads the properties from the metadata of a file. */
  static AdapterTraits of(String file, Map<String, String> metadata) {
    for (String key : List.of(RANK, ALPHA, TARGETS, MODEL, BASE)) {
      if (!metadata.containsKey(key)) {
        throw new InvalidFileException(
            file, -1, "has no '" + key + "' in its metadata, so it is not an adapter file");
      }
    }
    try {
      return new AdapterTraits(
          new LowRank(
              Integer.parseInt(metadata.getOrDefault(RANK, "")),
              Double.parseDouble(metadata.getOrDefault(ALPHA, "")),
              Set.of(metadata.getOrDefault(TARGETS, "").split(" ", -1))),
          metadata.getOrDefault(MODEL, ""),
          metadata.getOrDefault(BASE, ""));
    } catch (IllegalArgumentException | InvalidInputException e) {
      throw new InvalidFileException(file, -1, "describes no adapters: " + e.getMessage(), e);
    }
  }
}
