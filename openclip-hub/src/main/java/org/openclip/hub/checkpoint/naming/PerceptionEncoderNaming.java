package org.openclip.hub.checkpoint.naming;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The naming of Meta's Perception Encoder (Bolya et al. 2025, arXiv 2504.13181): CLIP's own names
 * for a tower that the reference takes from timm.
 */
final class PerceptionEncoderNaming implements ForeignNaming {
  private static final String VISUAL = "visual.";
  private static final String TRUNK = "visual.trunk.";
  private static final String POOL = "attn_pool.attn.in_proj_";

  /** Parts of names, theirs and ours, in the order in which they are replaced. */
  private static final Map<String, String> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("attn_pool.attn.out_proj.", "attn_pool.proj.");
    PARTS.put("attn_pool.layernorm.", "attn_pool.norm.");
    PARTS.put("attn_pool.probe", "attn_pool.latent");
    PARTS.put("conv1.", "patch_embed.proj.");
    PARTS.put("transformer.resblocks.", "blocks.");
    PARTS.put("ln_pre.", "norm_pre.");
    PARTS.put("ln_post.", "norm.");
    PARTS.put("ln_1.", "norm1.");
    PARTS.put("ln_2.", "norm2.");
    PARTS.put("ls_1.gamma", "gamma_1");
    PARTS.put("ls_2.gamma", "gamma_2");
    PARTS.put("attn.in_proj_", "attn.qkv.");
    PARTS.put("attn.out_proj.", "attn.proj.");
    PARTS.put("mlp.c_fc.", "mlp.fc1.");
    PARTS.put("mlp.c_proj.", "mlp.fc2.");
  }

  @Override
  public String library() {
    return "Meta's Perception Encoder";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains("visual.attn_pool.probe") && names.contains("visual.conv1.weight");
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return ForeignNaming.pictures(0.5, 0.5, "bilinear", "squash");
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    Renamed out = new Renamed(foreign);
    for (String name : foreign.names()) {
      if (!name.startsWith(VISUAL)) {
        out.rename(name, name);
      } else if (!name.contains(".rope.")) { // Rotations are computed, not loaded.
        visual(out, foreign, name, name.substring(VISUAL.length()));
      }
    }
    return out;
  }

  private static void visual(Renamed out, Weights foreign, String name, String rest) {
    long[] shape = foreign.get(name).shape();
    if (rest.startsWith(POOL)) {
      String kind = rest.substring(POOL.length());
      long width = shape[0] / 3;
      out.map(TRUNK + "attn_pool.q." + kind, name, t -> Rearranged.rows(t, 0, width));
      out.map(TRUNK + "attn_pool.kv." + kind, name, t -> Rearranged.rows(t, width, 3 * width));
      return;
    }
    switch (rest) {
      case "proj" -> {
        out.map(TRUNK + "head.weight", name, Rearranged::transposed);
        out.put(TRUNK + "head.bias", () -> Rearranged.zeros(foreign.get(name).type(), shape[1]));
      }
      case "class_embedding" ->
          out.map(TRUNK + "cls_token", name, t -> Rearranged.reshaped(t, 1, 1, shape[0]));
      case "positional_embedding" -> out.map(TRUNK + "pos_embed", name, t -> batched(t, shape));
      default -> {
        String ours = rest;
        for (Map.Entry<String, String> part : PARTS.entrySet()) {
          ours = ours.replace(part.getKey(), part.getValue());
        }
        out.rename(TRUNK + ours, name);
      }
    }
  }

  private static Tensor batched(Tensor tensor, long[] shape) {
    return shape.length == 2 ? Rearranged.reshaped(tensor, 1, shape[0], shape[1]) : tensor;
  }
}
