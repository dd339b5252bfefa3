package org.openclip.models.timm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.catalogue.Variants;

/**
 * The models of timm that one class of trunks covers.
 *
 * @param variants timm's names of the models, each with what sets it apart from the family's
 *     defaults
 * @param trunk makes a trunk from a request and its options
 * @param naflex says the options in those of a NaFlex transformer; null where none computes the
 *     same
 */
record TimmFamily(
    Map<String, Map<String, Object>> variants,
    BiFunction<TimmTrunk.Request, ConfigReader, TimmTrunk> trunk,
    @Nullable NaFlexTerms naflex) {
  /** What makes a NaFlex transformer of another one. */
  static final String USE_NAFLEX = "use_naflex";

  /**
   * Returns a family whose sizes stand in a resource.
   *
   * @param resource the file beside this class, such as {@code eva.txt}
   */
  static TimmFamily of(
      String resource, BiFunction<TimmTrunk.Request, ConfigReader, TimmTrunk> trunk) {
    return of(resource, trunk, null);
  }

  /** Returns such a family whose models can be converted to NaFlex. */
  static TimmFamily of(
      String resource,
      BiFunction<TimmTrunk.Request, ConfigReader, TimmTrunk> trunk,
      @Nullable NaFlexTerms naflex) {
    return new TimmFamily(Variants.read(TimmFamily.class, resource), trunk, naflex);
  }

  /** Returns timm's names of the models. */
  Set<String> names() {
    return variants.keySet();
  }

  /** Creates the trunk of one of the {@linkplain #names names}. */
  TimmTrunk create(TimmTrunk.Request request) {
    Map<String, Object> options = new LinkedHashMap<>(of(request.name()));
    options.putAll(request.options());
    if (!Boolean.TRUE.equals(options.remove(USE_NAFLEX))) {
      return trunk.apply(request, reader(options));
    }
    return new NaFlexTrunk(request, reader(terms(request).of(request, options)));
  }

  private static ConfigReader reader(Map<String, Object> options) {
    ConfigReader reader = new ConfigReader("vision_cfg.timm_model_kwargs", options);
    // The picture's size comes from vision_cfg.image_size alone.
    reader.ignore("img_size");
    return reader;
  }

  private Map<String, Object> of(String name) {
    return variants.getOrDefault(name, Map.of());
  }

  private NaFlexTerms terms(TimmTrunk.Request request) {
    if (naflex == null) {
      throw new InvalidConfigException(
          "vision_cfg.timm_model_name",
          "is %s, which cannot be converted to NaFlex; only vision transformers and EVA can"
              .formatted(request.name()));
    }
    return naflex;
  }
}
