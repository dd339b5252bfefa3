package org.openclip.models.timm;

import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.catalogue.Variants;

/**
 * The models of timm that one class of trunks covers.
 *
 * @param variants timm's names of the models, each with what sets it apart from the family's
 *     defaults
 * @param trunk makes a trunk from a request and its options
 */
record TimmFamily(
    Map<String, Map<String, Object>> variants,
    BiFunction<TimmTrunk.Request, ConfigReader, TimmTrunk> trunk) {
  /**
   * Returns a family whose sizes stand in a resource.
   *
   * @param resource the file beside this class, such as {@code eva.txt}
   */
  static TimmFamily of(
      String resource, BiFunction<TimmTrunk.Request, ConfigReader, TimmTrunk> trunk) {
    return new TimmFamily(Variants.read(TimmFamily.class, resource), trunk);
  }

  /** Returns timm's names of the models. */
  Set<String> names() {
    return variants.keySet();
  }

  /** Creates the trunk of one of the {@linkplain #names names}. */
  TimmTrunk create(TimmTrunk.Request request) {
    return trunk.apply(request, request.over(variants.getOrDefault(request.name(), Map.of())));
  }
}
