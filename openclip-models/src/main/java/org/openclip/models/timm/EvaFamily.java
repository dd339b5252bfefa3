package org.openclip.models.timm;

import java.util.Map;
import java.util.Set;
import org.openclip.models.catalogue.Variants;

/** timm's EVA-01, EVA-02 and Perception Encoder models. */
final class EvaFamily implements TimmFamily {
  private final Map<String, Map<String, Object>> variants =
      Variants.read(EvaFamily.class, "eva.txt");

  @Override
  public Set<String> names() {
    return variants.keySet();
  }

  @Override
  public TimmTrunk create(TimmTrunk.Request request) {
    return new EvaTrunk(request, request.over(variants.getOrDefault(request.name(), Map.of())));
  }
}
