package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.tensor.Weights;

/**
 * The naming of Nomic Embed (Nussbaum et al. 2024, arXiv 2406.18587), whose towers have a file
 * each: both together are a model.
 */
final class NomicNaming implements ForeignNaming {
  private static final String PATCHES = "embeddings.proj.weight";
  private static final String WORDS = "embeddings.word_embeddings.weight";

  @Override
  public String library() {
    return "Nomic";
  }

  @Override
  public boolean recognises(Set<String> names) {
    boolean vision = names.contains(PATCHES) && names.contains("selector.attn.latent");
    boolean text = names.contains(WORDS) && names.contains("encoder.layers.0.attn.Wqkv.weight");
    return vision || text;
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return Map.of("interpolation", "bicubic", "resize_mode", "shortest");
  }

  @Override
  public Set<String> unpublished() {
    return Set.of("logit_scale");
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    Renamed out = new Renamed(foreign);
    for (String name : foreign.names()) {
      boolean text =
          name.startsWith("encoder.")
              || name.startsWith("emb_ln.")
              || name.startsWith("embeddings.word_")
              || name.startsWith("embeddings.token_type_");
      out.rename((text ? "text.transformer." : "visual.") + name, name);
    }
    return out;
  }
}
