package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Converts the image tower of a checkpoint for a model whose tower became a NaFlex transformer:
 * timm's vision transformers and EVA, and CLIP's own vision transformer. Patches are embedded by a
 * product instead of a convolution, and positions stand in a grid without the tokens in front,
 * whose positions are added to the tokens.
 */
public final class NaFlexTower {
  private static final String TRUNK = "visual.trunk.";
  private static final String PROJECTION = TRUNK + "embeds.proj.weight";
  private static final String BLOCKS = "visual.transformer.resblocks.";

  /** The names of CLIP's blocks, and timm's. */
  private static final Map<String, String> PARTS =
      Map.of(
          "ln_1.", "norm1.",
          "attn.in_proj_", "attn.qkv.",
          "attn.out_proj.", "attn.proj.",
          "ln_2.", "norm2.",
          "mlp.c_fc.", "mlp.fc1.",
          "mlp.c_proj.", "mlp.fc2.",
          "ls_1.", "ls1.",
          "ls_2.", "ls2.");

  private final Weights weights;
  private final Renamed out;

  private NaFlexTower(Weights weights) {
    this.weights = weights;
    this.out = new Renamed(weights);
  }

  /**
   * Returns the weights under the names of a NaFlex tower; unchanged if they have such names
   * already, or if the model has no such tower.
   *
   * @param wanted the shapes that the architecture expects, by name
   */
  public static Weights converted(Weights weights, Map<String, List<Long>> wanted) {
    if (!wanted.containsKey(PROJECTION) || weights.names().contains(PROJECTION)) {
      return weights;
    }
    NaFlexTower tower = new NaFlexTower(weights);
    if (weights.names().contains(TRUNK + "patch_embed.proj.weight")) {
      return tower.timm();
    }
    return weights.names().contains("visual.conv1.weight") ? tower.clip() : weights;
  }

  private Weights timm() {
    TokenPositions positions =
        TokenPositions.of(
            weights, TRUNK + "pos_embed", List.of(TRUNK + "cls_token", TRUNK + "reg_token"));
    for (String name : weights.names()) {
      String rest = name.startsWith(TRUNK) ? name.substring(TRUNK.length()) : "";
      switch (rest) {
        case "patch_embed.proj.weight" -> out.map(PROJECTION, name, NaFlexTower::flat);
        case "patch_embed.proj.bias" -> out.rename(TRUNK + "embeds.proj.bias", name);
        case "pos_embed" -> out.put(TRUNK + "embeds.pos_embed", positions::grid);
        case "cls_token", "reg_token" ->
            out.put(TRUNK + "embeds." + rest, () -> positions.token(name));
        default -> out.rename(name, name);
      }
    }
    return out;
  }

  private Weights clip() {
    TokenPositions positions =
        TokenPositions.of(
            weights, "visual.positional_embedding", List.of("visual.class_embedding"));
    for (String name : weights.names()) {
      switch (name) {
        case "visual.conv1.weight" -> out.map(PROJECTION, name, NaFlexTower::flat);
        case "visual.positional_embedding" -> out.put(TRUNK + "embeds.pos_embed", positions::grid);
        case "visual.class_embedding" ->
            out.put(TRUNK + "embeds.cls_token", () -> positions.token(name));
        case "visual.proj" -> out.map("visual.head.proj.weight", name, Rearranged::transposed);
        default -> out.rename(clip(name), name);
      }
    }
    return out;
  }

  private static String clip(String name) {
    if (name.startsWith("visual.ln_pre.")) {
      return name.replace("visual.ln_pre.", TRUNK + "norm_pre.");
    }
    if (name.startsWith("visual.ln_post.")) {
      return name.replace("visual.ln_post.", TRUNK + "norm.");
    }
    if (!name.startsWith(BLOCKS)) {
      return name;
    }
    String block = name.substring(BLOCKS.length());
    int dot = block.indexOf('.') + 1;
    for (Map.Entry<String, String> part : PARTS.entrySet()) {
      if (block.startsWith(part.getKey(), dot)) {
        String end = block.substring(dot + part.getKey().length());
        return TRUNK + "blocks." + block.substring(0, dot) + part.getValue() + end;
      }
    }
    return name;
  }

  /** Returns {@code [width, 3, side, side]} as {@code [width, side * side * 3]}. */
  private static Tensor flat(Tensor kernel) {
    long[] shape = kernel.shape();
    return shape.length != 4
        ? kernel
        : Rearranged.reshaped(
            Rearranged.permuted(kernel, 0, 2, 3, 1), shape[0], shape[1] * shape[2] * shape[3]);
  }
}
