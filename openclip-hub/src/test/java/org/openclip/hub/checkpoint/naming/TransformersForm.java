package org.openclip.hub.checkpoint.naming;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Tensors of the reference as Hugging Face's transformers holds them.
 *
 * @param foreign where they are put
 */
public record TransformersForm(Map<String, Tensor> foreign) {
  /** Returns a CLIP model's tensors under that library's names. */
  public static Weights clipOf(Weights ours) {
    Map<String, Tensor> foreign = new LinkedHashMap<>();
    new TransformersForm(foreign).clip(ours);
    return Weights.of(foreign);
  }

  static Tensor part(Tensor tensor, int index, int of) {
    long rows = tensor.shape()[0] / of;
    return Rearranged.rows(tensor, index * rows, (index + 1) * rows);
  }

  private void split(Tensor tensor, String... names) {
    for (int i = 0; i < names.length; i++) {
      foreign.put(names[i], part(tensor, i, names.length));
    }
  }

  static String replace(String text, String... pairs) {
    String result = text;
    for (int i = 0; i < pairs.length; i += 2) {
      result = result.replace(pairs[i], pairs[i + 1]);
    }
    return result;
  }

  /** A block's entry as transformers holds it: queries, keys and values apart. */
  boolean layer(String name, Tensor tensor, String scope, String model) {
    Matcher block = Pattern.compile(Pattern.quote(scope) + "(\\d+)\\.(.+)").matcher(name);
    if (!block.matches()) {
      return false;
    }
    String layer = model + ".encoder.layers." + block.group(1) + ".";
    String rest = block.group(2);
    if (rest.matches("attn\\.(in_proj_|qkv\\.).*")) {
      String kind = rest.endsWith("weight") ? "weight" : "bias";
      split(
          tensor,
          layer + "self_attn.q_proj." + kind,
          layer + "self_attn.k_proj." + kind,
          layer + "self_attn.v_proj." + kind);
    } else {
      foreign.put(
          layer
              + replace(
                      rest,
                      "attn.out_proj",
                      "self_attn.out_proj",
                      "attn.proj",
                      "self_attn.out_proj",
                      "ln_",
                      "layer_norm",
                      "mlp.c_fc",
                      "mlp.fc1",
                      "mlp.c_proj",
                      "mlp.fc2")
                  .replaceFirst("^norm", "layer_norm"),
          tensor);
    }
    return true;
  }

  /** Puts all tensors of a CLIP model with native towers. */
  void clip(Weights ours) {
    for (String name : ours.names()) {
      Tensor t = ours.get(name);
      if (layer(name, t, "visual.transformer.resblocks.", "vision_model")
          || layer(name, t, "transformer.resblocks.", "text_model")) {
        continue;
      }
      switch (name) {
        case "visual.proj" -> foreign.put("visual_projection.weight", Rearranged.transposed(t));
        case "text_projection" -> foreign.put("text_projection.weight", Rearranged.transposed(t));
        case "visual.class_embedding" -> foreign.put("vision_model.embeddings.class_embedding", t);
        case "visual.conv1.weight" ->
            foreign.put("vision_model.embeddings.patch_embedding.weight", t);
        case "visual.positional_embedding" ->
            foreign.put("vision_model.embeddings.position_embedding.weight", t);
        case "positional_embedding" ->
            foreign.put("text_model.embeddings.position_embedding.weight", t);
        case "token_embedding.weight" ->
            foreign.put("text_model.embeddings.token_embedding.weight", t);
        default ->
            foreign.put(
                replace(
                    name,
                    "visual.ln_pre",
                    "vision_model.pre_layrnorm",
                    "visual.ln_post",
                    "vision_model.post_layernorm",
                    "ln_final",
                    "text_model.final_layer_norm"),
                t);
      }
    }
  }
}
