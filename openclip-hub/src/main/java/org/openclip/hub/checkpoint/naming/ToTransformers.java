package org.openclip.hub.checkpoint.naming;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Converts a model's tensors to the names and layouts of {@code CLIPModel} or {@code SiglipModel}
 * in Hugging Face's transformers, the inverse of {@link TransformersNaming}.
 */
public final class ToTransformers {
  private static final Pattern LAYER =
      Pattern.compile(
          "(?:(visual)\\.|text\\.|)(?:transformer\\.resblocks|trunk\\.blocks)\\.(\\d+)\\.(.+)"
              + "[._](weight|bias)");

  /** The parts of a layer by our names, in a native tower and in timm's. */
  private static final Map<String, String> PARTS =
      Map.of(
          "attn.out_proj", "self_attn.out_proj",
          "attn.proj", "self_attn.out_proj",
          "ln_1", "layer_norm1",
          "norm1", "layer_norm1",
          "ln_2", "layer_norm2",
          "norm2", "layer_norm2",
          "mlp.c_fc", "mlp.fc1",
          "mlp.fc1", "mlp.fc1",
          "mlp.c_proj", "mlp.fc2",
          "mlp.fc2", "mlp.fc2");

  /** Tensors that only change their name, of either model. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
          Map.entry("positional_embedding", "text_model.embeddings.position_embedding.weight"),
          Map.entry("ln_final.weight", "text_model.final_layer_norm.weight"),
          Map.entry("ln_final.bias", "text_model.final_layer_norm.bias"),
          Map.entry("text_projection.weight", "text_model.head.weight"),
          Map.entry("text_projection.bias", "text_model.head.bias"),
          Map.entry("visual.class_embedding", "vision_model.embeddings.class_embedding"),
          Map.entry("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
          Map.entry(
              "visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
          // The library has it misspelt.
          Map.entry("visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"),
          Map.entry("visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"),
          Map.entry("visual.ln_post.weight", "vision_model.post_layernorm.weight"),
          Map.entry("visual.ln_post.bias", "vision_model.post_layernorm.bias"),
          Map.entry(
              "visual.trunk.patch_embed.proj.weight",
              "vision_model.embeddings.patch_embedding.weight"),
          Map.entry(
              "visual.trunk.patch_embed.proj.bias", "vision_model.embeddings.patch_embedding.bias"),
          Map.entry("visual.trunk.norm.weight", "vision_model.post_layernorm.weight"),
          Map.entry("visual.trunk.norm.bias", "vision_model.post_layernorm.bias"),
          Map.entry("visual.trunk.attn_pool.latent", "vision_model.head.probe"));

  private static final String POOL = "visual.trunk.attn_pool.";

  private ToTransformers() {}

  /**
   * Returns the tensors under that library's names; layouts change when a tensor is asked for.
   *
   * @param ours the state of a model
   * @param siglip whether they are those of {@code SiglipModel}
   * @throws InvalidInputException when one has no place in that library's model
   */
  public static Weights of(Weights ours, boolean siglip) {
    Renamed out = new Renamed(ours);
    for (String name : ours.names()) {
      Matcher layer = LAYER.matcher(name);
      if (!(layer.matches() && layer(out, layer))
          && !(siglip ? siglip(out, name) : clip(out, name))) {
        String plain = name.startsWith("text.") ? name.substring("text.".length()) : name;
        String theirs = NAMES.get(plain);
        if (theirs == null) {
          throw new InvalidInputException(
              "tensor '%s' has no counterpart in %s of transformers; this model cannot be converted"
                  .formatted(name, siglip ? "SiglipModel" : "CLIPModel"));
        }
        out.rename(theirs, name);
      }
    }
    return out;
  }

  private static boolean layer(Renamed out, Matcher layer) {
    String place =
        (layer.group(1) != null ? "vision" : "text")
            + "_model.encoder.layers."
            + layer.group(2)
            + ".";
    String part = layer.group(3);
    String kind = layer.group(4);
    if (part.equals("attn.in_proj") || part.equals("attn.qkv")) {
      List<String> three = List.of("q", "k", "v");
      for (int i = 0; i < three.size(); i++) {
        int index = i;
        out.map(
            place + "self_attn." + three.get(i) + "_proj." + kind,
            layer.group(),
            tensor -> third(tensor, index));
      }
      return true;
    }
    String theirs = PARTS.get(part);
    if (theirs != null) {
      out.rename(place + theirs + "." + kind, layer.group());
    }
    return theirs != null;
  }

  private static Tensor third(Tensor tensor, int index) {
    long rows = tensor.shape()[0] / 3;
    return Rearranged.rows(tensor, index * rows, (index + 1) * rows);
  }

  private static boolean clip(Renamed out, String name) {
    switch (name) {
      case "visual.proj" -> out.map("visual_projection.weight", name, Rearranged::transposed);
      case "text_projection", "text.text_projection" ->
          out.map("text_projection.weight", name, Rearranged::transposed);
      case "logit_scale" -> out.map(name, name, Rearranged::reshaped);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean siglip(Renamed out, String name) {
    switch (name) {
      case "logit_scale", "logit_bias" -> out.map(name, name, t -> Rearranged.reshaped(t, 1));
      case "visual.trunk.pos_embed" ->
          out.map(
              "vision_model.embeddings.position_embedding.weight",
              name,
              t -> Rearranged.reshaped(t, t.shape()[1], t.shape()[2]));
      case POOL + "q.weight", POOL + "q.bias" ->
          out.stack(
              "vision_model.head.attention.in_proj_" + name.substring((POOL + "q.").length()),
              List.of(name, name.replace(".q.", ".kv.")),
              tensor -> tensor);
      case POOL + "kv.weight", POOL + "kv.bias" -> {
        // Stands behind the queries.
      }
      default -> {
        return name.startsWith(POOL) && pool(out, name);
      }
    }
    return true;
  }

  private static boolean pool(Renamed out, String name) {
    String rest = name.substring(POOL.length());
    for (Map.Entry<String, String> part :
        Map.of("proj.", "attention.out_proj.", "norm.", "layernorm.", "mlp.", "mlp.").entrySet()) {
      if (rest.startsWith(part.getKey())) {
        out.rename(
            "vision_model.head." + part.getValue() + rest.substring(part.getKey().length()), name);
        return true;
      }
    }
    return false;
  }
}
