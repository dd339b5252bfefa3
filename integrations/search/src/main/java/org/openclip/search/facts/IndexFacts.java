package org.openclip.search.facts;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;

/**
 * What an index says of itself.
 *
 * @param fingerprint that of the model whose vectors it holds
 * @param model the model's name, for messages
 * @param dimensions the width of its vectors
 * @param quantization how neighbours are looked for
 * @param options the command line's options by which the model was chosen; empty for none
 * @param fields the kind of each further field that a picture of it has
 */
public record IndexFacts(
    String fingerprint,
    String model,
    int dimensions,
    Quantization quantization,
    List<String> options,
    Map<String, FieldKind> fields) {
  /** The most numbers of a vector. */
  public static final int MOST_DIMENSIONS = 8192;

  private static final String PREFIX = "openclip.";
  private static final String FORMAT = PREFIX + "format";
  private static final String FIELD = PREFIX + "field.";
  private static final String VERSION = "1";

  /** What can be asked of a field. */
  public enum FieldKind {
    /** Texts that are compared whole. */
    KEYWORD,
    /** Numbers. */
    NUMBER
  }

  /** Checks the width and copies list and map. */
  public IndexFacts {
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw new InvalidInputException(
          "vectors of %s numbers cannot be indexed; the size must be from 1 to %s"
              .formatted(dimensions, MOST_DIMENSIONS));
    }
    options = List.copyOf(options);
    fields = Map.copyOf(fields);
  }

  /** Returns those of a new index for a model. */
  public static IndexFacts of(ClipModel model, Quantization quantization) {
    return new IndexFacts(
        model.fingerprint(), model.name(), model.embedDim(), quantization, List.of(), Map.of());
  }

  /** Returns these with the options by which the command line chose the model. */
  public IndexFacts withOptions(List<String> chosen) {
    return new IndexFacts(fingerprint, model, dimensions, quantization, chosen, fields);
  }

  /**
   * Returns these with more fields.
   *
   * @throws InvalidInputException when one is known and of another kind
   */
  public IndexFacts withFields(Map<String, FieldKind> more) {
    Map<String, FieldKind> all = new TreeMap<>(fields);
    more.forEach(
        (name, kind) -> {
          FieldKind known = all.putIfAbsent(name, kind);
          if (known != null && known != kind) {
            throw new InvalidInputException(
                "field %s has the type %s in this index, but a %s is given; use another name"
                    .formatted(name, known, kind));
          }
        });
    return new IndexFacts(fingerprint, model, dimensions, quantization, options, all);
  }

  /**
   * Checks that vectors of a model may be compared with those of the index.
   *
   * @param index the index's name, for the message
   * @throws InvalidInputException when they may not
   */
  public void check(String index, String otherFingerprint, String otherModel) {
    if (!fingerprint.equals(otherFingerprint)) {
      throw new InvalidInputException(
          "%s contains vectors of model %s (%s), which cannot be compared with those of model %s (%s);"
                  .formatted(index, model, fingerprint, otherModel, otherFingerprint)
              + " use the same model, weights and precision, or create another index");
    }
  }

  /** Returns them as an index stores them. */
  public Map<String, String> toUserData() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put(FORMAT, VERSION);
    data.put(PREFIX + "fingerprint", fingerprint);
    data.put(PREFIX + "model", model);
    data.put(PREFIX + "dimensions", String.valueOf(dimensions));
    data.put(PREFIX + "quantization", quantization.name());
    data.put(PREFIX + "options", String.join("\n", options));
    fields.forEach((name, kind) -> data.put(FIELD + name, kind.name()));
    return data;
  }

  /**
   * Returns what an index has stored; empty when it is not one of ours.
   *
   * @throws InvalidInputException when it was written by a version that stores it otherwise
   */
  public static Optional<IndexFacts> of(String index, Map<String, String> data) {
    String format = data.get(FORMAT);
    if (format == null) {
      return Optional.empty();
    }
    if (!format.equals(VERSION)) {
      throw new InvalidInputException(
          "%s has index format %s, but this version reads format %s; create the index again"
              .formatted(index, format, VERSION));
    }
    Map<String, FieldKind> fields = new TreeMap<>();
    data.forEach(
        (key, value) -> {
          if (key.startsWith(FIELD)) {
            fields.put(key.substring(FIELD.length()), FieldKind.valueOf(value));
          }
        });
    String options = data.getOrDefault(PREFIX + "options", "");
    return Optional.of(
        new IndexFacts(
            data.getOrDefault(PREFIX + "fingerprint", ""),
            data.getOrDefault(PREFIX + "model", ""),
            Integer.parseInt(data.getOrDefault(PREFIX + "dimensions", "0")),
            Quantization.valueOf(data.getOrDefault(PREFIX + "quantization", "NONE")),
            options.isEmpty() ? List.of() : List.of(options.split("\n")),
            fields));
  }
}
