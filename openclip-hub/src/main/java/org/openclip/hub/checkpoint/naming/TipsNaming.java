package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The naming of TIPS (Maninis et al. 2024, arXiv 2410.16512; Cao et al. 2026, arXiv 2604.12012): a
 * DINOv2 whose class token has a position that its register has not, and a text tower. Files for
 * both towers have a prefix for each; files of one tower have none.
 */
final class TipsNaming implements ForeignNaming {
  private static final String VISION = "vision_encoder.";
  private static final String TEXT = "text_encoder.";
  private static final String TRUNK = "visual.trunk.";

  /** What the authors' files contain and no feature depends on. */
  private static final Set<String> IDLE =
      Set.of("mask_token", "temperature", "temperature_contrastive");

  @Override
  public String library() {
    return "Google's TIPS";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains(VISION + "register_tokens")
        || (names.contains("register_tokens") && names.contains("token_embedding.weight"));
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return ForeignNaming.pictures(0, 1, "bilinear", "squash");
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
          name.startsWith(TEXT) || name.matches("(token_embedding|transformer|ln_final)\\..*");
      String part = name.replaceFirst("^(" + VISION + "|" + TEXT + ")", "");
      if (IDLE.contains(part)) {
        continue;
      }
      if (text) {
        out.rename("text." + part, name);
      } else {
        vision(out, foreign, part, name);
      }
    }
    return out;
  }

  private static void vision(Renamed out, Weights foreign, String part, String name) {
    switch (part) {
      case "cls_token" -> {
        String positions = name.replace("cls_token", "pos_embed");
        if (foreign.names().contains(positions)) {
          out.put(TRUNK + part, () -> first(foreign.get(name), foreign.get(positions)));
        }
      }
      case "pos_embed" -> out.map(TRUNK + part, name, TipsNaming::ofPatches);
      case "register_tokens" -> out.rename(TRUNK + "reg_token", name);
      default ->
          out.rename(
              TRUNK + part.replace(".mlp.w12.", ".mlp.fc1.").replace(".mlp.w3.", ".mlp.fc2."),
              name);
    }
  }

  /** Returns the class token with its position, {@code [1, 1, width]}. */
  private static Tensor first(Tensor token, Tensor positions) {
    float[] sum = token.toFloats();
    float[] position = positions.toFloats();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += position[i];
    }
    return Tensor.of(sum, token.shape());
  }

  /** Returns the positions without that of the class token, {@code [1, patches, width]}. */
  private static Tensor ofPatches(Tensor positions) {
    long[] shape = positions.shape();
    Tensor rows = Rearranged.reshaped(positions, shape[1], shape[2]);
    return Rearranged.reshaped(Rearranged.rows(rows, 1, shape[1]), 1, shape[1] - 1, shape[2]);
  }
}
