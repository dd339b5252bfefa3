package org.openclip.models.timm;

import java.util.Map;
import java.util.Set;
import org.openclip.models.catalogue.Variants;

/** timm's NaFlex vision transformers: SigLIP 2's naflex models and OpenCLIP's own. */
final class NaFlexFamily implements TimmFamily {
  private final Map<String, Map<String, Object>> variants =
      Variants.read(NaFlexFamily.class, "naflex.txt");

  @Override
  public Set<String> names() {
    return variants.keySet();
  }

  @Override
  public TimmTrunk create(TimmTrunk.Request request) {
    return new NaFlexTrunk(request, request.over(variants.getOrDefault(request.name(), Map.of())));
  }
}
