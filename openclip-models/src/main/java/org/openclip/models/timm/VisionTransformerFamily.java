package org.openclip.models.timm;

import java.util.Map;
import java.util.Set;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.catalogue.Variants;

/** timm's plain vision transformers: SigLIP's, CLIP's, MobileCLIP-B's and those of ImageNet. */
final class VisionTransformerFamily implements TimmFamily {
  private final Map<String, Map<String, Object>> variants =
      Variants.read(VisionTransformerFamily.class, "vit.txt");

  @Override
  public Set<String> names() {
    return variants.keySet();
  }

  @Override
  public TimmTrunk create(TimmTrunk.Request request) {
    ConfigReader reader = request.over(variants.getOrDefault(request.name(), Map.of()));
    return new VisionTransformerTrunk(request, reader);
  }
}
