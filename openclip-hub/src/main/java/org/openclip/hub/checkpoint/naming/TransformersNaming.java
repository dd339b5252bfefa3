package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The naming of {@code CLIPModel} and {@code SiglipModel} in Hugging Face's transformers: queries,
 * keys and values apart, and projections as linear layers.
 */
final class TransformersNaming implements ForeignNaming {
  private static final Pattern LAYER =
      Pattern.compile("(text|vision)_model\\.encoder\\.layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

  /** The mark of SigLIP's picture tower, which CLIP's has not. */
  private static final String PROBE = "vision_model.head.probe";

  /** The parts of a layer: ours in a native tower, and timm's. */
  private static final Map<String, String[]> PARTS =
      Map.of(
          "self_attn.out_proj", new String[] {"attn.out_proj", "attn.proj"},
          "layer_norm1", new String[] {"ln_1", "norm1"},
          "layer_norm2", new String[] {"ln_2", "norm2"},
          "mlp.fc1", new String[] {"mlp.c_fc", "mlp.fc1"},
          "mlp.fc2", new String[] {"mlp.c_proj", "mlp.fc2"});

  @Override
  public String library() {
    return "Hugging Face transformers";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains("text_model.embeddings.token_embedding.weight")
        && names.contains("vision_model.embeddings.patch_embedding.weight");
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return names.contains(PROBE) ? ForeignNaming.pictures(0.5, 0.5, "bicubic", "squash") : Map.of();
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    Renamed out = new Renamed(foreign);
    boolean trunk = foreign.names().contains(PROBE);
    String text = trunk ? "text." : "";
    for (String name : foreign.names()) {
      Matcher layer = LAYER.matcher(name);
      if (layer.matches()) {
        layer(out, layer, trunk, text);
      } else if (name.startsWith("text_model.")) {
        text(out, name, text);
      } else if (trunk && name.startsWith("vision_model.")) {
        siglipVision(out, foreign, name, wanted);
      } else if (name.startsWith("vision_model.")) {
        clipVision(out, name);
      } else {
        switch (name) {
          case "text_projection.weight" -> out.map("text_projection", name, Rearranged::transposed);
          case "visual_projection.weight" -> out.map("visual.proj", name, Rearranged::transposed);
          default -> out.rename(name, name);
        }
      }
    }
    return out;
  }

  private static void layer(Renamed out, Matcher layer, boolean trunk, String text) {
    boolean vision = layer.group(1).equals("vision");
    boolean timm = vision && trunk;
    String block =
        timm
            ? "visual.trunk.blocks." + layer.group(2) + "."
            : (vision ? "visual." : text) + "transformer.resblocks." + layer.group(2) + ".";
    String part = layer.group(3);
    String kind = layer.group(4);
    String[] ours = PARTS.get(part);
    if (ours != null) {
      out.rename(block + ours[timm ? 1 : 0] + "." + kind, layer.group());
    } else if (part.equals("self_attn.q_proj")) {
      String query = layer.group();
      out.stack(
          block + "attn." + (timm ? "qkv." : "in_proj_") + kind,
          List.of(query, query.replace("q_proj", "k_proj"), query.replace("q_proj", "v_proj")),
          tensor -> tensor);
    } else if (!part.equals("self_attn.k_proj") && !part.equals("self_attn.v_proj")) {
      out.rename(layer.group(), layer.group());
    }
  }

  private static void text(Renamed out, String name, String text) {
    String rest = name.substring("text_model.".length());
    switch (rest) {
      case "embeddings.token_embedding.weight" -> out.rename(text + "token_embedding.weight", name);
      case "embeddings.position_embedding.weight" ->
          out.rename(text + "positional_embedding", name);
      case "final_layer_norm.weight", "final_layer_norm.bias" ->
          out.rename(text + rest.replace("final_layer_norm", "ln_final"), name);
      case "head.weight", "head.bias" ->
          out.rename(text + rest.replace("head", "text_projection"), name);
      default -> out.rename(name, name);
    }
  }

  private static void clipVision(Renamed out, String name) {
    String rest = name.substring("vision_model.".length());
    switch (rest) {
      case "embeddings.class_embedding" -> out.rename("visual.class_embedding", name);
      case "embeddings.patch_embedding.weight" -> out.rename("visual.conv1.weight", name);
      case "embeddings.position_embedding.weight" ->
          out.rename("visual.positional_embedding", name);
      // The library has it misspelt.
      case "pre_layrnorm.weight", "pre_layrnorm.bias" ->
          out.rename("visual." + rest.replace("pre_layrnorm", "ln_pre"), name);
      case "post_layernorm.weight", "post_layernorm.bias" ->
          out.rename("visual." + rest.replace("post_layernorm", "ln_post"), name);
      default -> out.rename(name, name);
    }
  }

  private static void siglipVision(
      Renamed out, Weights foreign, String name, Map<String, List<Long>> wanted) {
    String rest = name.substring("vision_model.".length());
    String patches =
        wanted.containsKey("visual.trunk.embeds.proj.weight")
            ? "visual.trunk.embeds."
            : "visual.trunk.patch_embed.";
    switch (rest) {
      case "embeddings.patch_embedding.weight", "embeddings.patch_embedding.bias" ->
          out.rename(patches + rest.replace("embeddings.patch_embedding", "proj"), name);
      case "embeddings.position_embedding.weight" -> {
        if (patches.endsWith("embeds.")) {
          out.map(patches + "pos_embed", name, TransformersNaming::grid);
        } else {
          out.map("visual.trunk.pos_embed", name, TransformersNaming::batched);
        }
      }
      case "post_layernorm.weight", "post_layernorm.bias" ->
          out.rename("visual.trunk." + rest.replace("post_layernorm", "norm"), name);
      case "head.probe" -> out.rename("visual.trunk.attn_pool.latent", name);
      case "head.attention.in_proj_weight", "head.attention.in_proj_bias" -> {
        String kind = rest.substring(rest.lastIndexOf('_') + 1);
        long width = foreign.get(name).shape()[0] / 3;
        out.map("visual.trunk.attn_pool.q." + kind, name, t -> Rearranged.rows(t, 0, width));
        out.map(
            "visual.trunk.attn_pool.kv." + kind, name, t -> Rearranged.rows(t, width, 3 * width));
      }
      default -> {
        String pool =
            rest.replace("head.attention.out_proj.", "visual.trunk.attn_pool.proj.")
                .replace("head.layernorm.", "visual.trunk.attn_pool.norm.")
                .replace("head.mlp.", "visual.trunk.attn_pool.mlp.");
        out.rename(pool.equals(rest) ? name : pool, name);
      }
    }
  }

  private static Tensor batched(Tensor positions) {
    long[] shape = positions.shape();
    return Rearranged.reshaped(positions, 1, shape[0], shape[1]);
  }

  private static Tensor grid(Tensor positions) {
    long[] shape = positions.shape();
    long side = Math.round(Math.sqrt((double) shape[0]));
    return side * side == shape[0]
        ? Rearranged.reshaped(positions, 1, side, side, shape[1])
        : positions;
  }
}
