package org.openclip.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.InvalidConfigException;

/**
 * A pretrained tag: the short name of published weights, with the activation that they were trained
 * with and their image preprocessing.
 *
 * @param model the name of the model configuration
 * @param tag the tag, in lower case with underscores, such as {@code laion2b_s34b_b79k}
 * @param locations the locations of the weights, in the order in which they are tried: {@code
 *     hf-hub:org/repository}, {@code hf-hub:org/repository/file}, or a URL, optionally with {@code
 *     #sha256=} and the first digits of the checksum. Weights whose towers have a file each have
 *     one location: those of the files with {@code " + "} between them
 * @param quickGelu whether they were trained with QuickGELU
 * @param preprocess the object {@code preprocess_cfg}; empty when there are no images
 */
public record PretrainedTag(
    String model,
    String tag,
    List<String> locations,
    boolean quickGelu,
    Map<String, Object> preprocess) {
  /**
   * The tag of weights that are in the same jar as the model's configuration and need no network.
   */
  public static final String EMBEDDED = "embedded";

  /** Checks the tag and copies the collections. */
  public PretrainedTag {
    if (tag.isEmpty() || !tag.equals(normalised(tag))) {
      throw new InvalidConfigException(
          "tag", "is '" + tag + "', but must be in lower case with underscores instead of dashes");
    }
    locations = List.copyOf(locations);
    if (locations.isEmpty()) {
      throw new InvalidConfigException("locations", "of " + model + ":" + tag + " is empty");
    }
    preprocess = Collections.unmodifiableMap(new LinkedHashMap<>(preprocess));
  }

  /** Returns the normal form of a tag: lower case, with underscores instead of dashes. */
  public static String normalised(String tag) {
    return tag.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Returns the locations of the files of a location, usually one. */
  public static List<String> files(String location) {
    return List.of(location.split(" \\+ ", -1));
  }

  /** Returns the same weights under another model's name. */
  public PretrainedTag withModel(String name) {
    return new PretrainedTag(name, tag, locations, quickGelu, preprocess);
  }
}
