package org.openclip.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.InvalidConfigException;

/**
 * Published weights of a model under a short name, with the facts that belong to them: which
 * activation they were trained with and how their pictures are prepared.
 *
 * @param model the name of the configuration that they fit
 * @param tag the name, in lower case with underscores, such as {@code laion2b_s34b_b79k}
 * @param locations where they lie, in the order in which the places are tried: {@code
 *     hf-hub:org/repository}, {@code hf-hub:org/repository/file}, or a URL, of which {@code
 *     #sha256=} and the first digits of the checksum may be part
 * @param quickGelu whether they were trained with QuickGELU
 * @param preprocess the object {@code preprocess_cfg}; empty when there are no pictures
 */
public record PretrainedTag(
    String model,
    String tag,
    List<String> locations,
    boolean quickGelu,
    Map<String, Object> preprocess) {
  /** The tag of weights that come in the same jar as the model's name, and need no network. */
  public static final String EMBEDDED = "embedded";

  /** Checks the tag and copies the collections. */
  public PretrainedTag {
    if (tag.isEmpty() || !tag.equals(normalised(tag))) {
      throw new InvalidConfigException(
          "tag", "is '" + tag + "', but must be in lower case with underscores for dashes");
    }
    locations = List.copyOf(locations);
    if (locations.isEmpty()) {
      throw new InvalidConfigException("locations", "of " + model + ":" + tag + " is empty");
    }
    preprocess = Collections.unmodifiableMap(new LinkedHashMap<>(preprocess));
  }

  /** Returns a tag as it is listed: case does not count, nor dashes against underscores. */
  public static String normalised(String tag) {
    return tag.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Returns the same weights under another model's name. */
  public PretrainedTag withModel(String name) {
    return new PretrainedTag(name, tag, locations, quickGelu, preprocess);
  }
}
