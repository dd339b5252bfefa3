package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.tensor.Weights;

/**
 * The naming of FG-CLIP 2 (Xie et al. 2025, arXiv 2510.10921): SigLIP 2 of transformers, with
 * positions and a head for long texts, and heads for regions, which no model here has.
 */
final class FgClipNaming implements ForeignNaming {
  private static final String LONG_HEAD = "longtext_head.";
  private static final String EMBEDDINGS = "text_model.embeddings.";
  private static final String POSITIONS = EMBEDDINGS + "position_embedding.weight";
  private static final String KEPT = EMBEDDINGS + "position_embedding_ori.weight";
  private static final String STRETCHED = EMBEDDINGS + "position_embedding_res.weight";

  /** The number of first positions of a long text that are those of short ones. */
  private static final long KEPT_LENGTH = 20;

  private static final TransformersNaming SIGLIP = new TransformersNaming();

  @Override
  public String library() {
    return "FG-CLIP 2";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains(LONG_HEAD + "weight") && SIGLIP.recognises(names);
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return ForeignNaming.pictures(0.5, 0.5, "bilinear", "squash");
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    List<Long> positions = wanted.getOrDefault("text.positional_embedding", List.of());
    boolean longTexts =
        foreign.names().contains(STRETCHED)
            && positions.size() == 2
            && positions.get(0) == foreign.get(STRETCHED).shape()[0];
    Renamed siglip = new Renamed(foreign);
    for (String name : foreign.names()) {
      if (!name.matches("(dense_feature_head|longtext_head|boxtext_head)\\..*")
          && !name.startsWith(EMBEDDINGS + "position_embedding_")
          && !(longTexts && (name.startsWith("text_model.head.") || name.equals(POSITIONS)))) {
        siglip.rename(name, name);
      }
    }
    if (longTexts) {
      siglip.rename("text_model.head.weight", LONG_HEAD + "weight");
      siglip.rename("text_model.head.bias", LONG_HEAD + "bias");
      siglip.put(
          POSITIONS,
          () ->
              Rearranged.stacked(
                  List.of(
                      Rearranged.rows(foreign.get(KEPT), 0, KEPT_LENGTH),
                      Rearranged.rows(foreign.get(STRETCHED), KEPT_LENGTH, positions.get(0)))));
    }
    return SIGLIP.convert(siglip, wanted);
  }
}
