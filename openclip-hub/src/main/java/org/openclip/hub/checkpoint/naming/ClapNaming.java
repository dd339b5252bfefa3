package org.openclip.hub.checkpoint.naming;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.tensor.Weights;

/**
 * The naming of {@code ClapModel} in Hugging Face's transformers, in which LAION's CLAP is
 * published (Wu et al. 2022, arXiv 2211.06687). Of its two logit scales, that of sounds counts, as
 * in the reference: the other one was not trained.
 */
final class ClapNaming implements ForeignNaming {
  private static final String ENCODER = "audio_model.audio_encoder.";
  private static final String QUERY = "attention.self.query.";

  /** Beginnings of names, and what they are in the reference. */
  private static final Map<String, String> BEGINNINGS = new LinkedHashMap<>();

  private static final Map<String, String> PARTS = new LinkedHashMap<>();

  static {
    BEGINNINGS.put(ENCODER + "batch_norm.", "audio.encoder.bn0.");
    BEGINNINGS.put(ENCODER, "audio.encoder.");
    BEGINNINGS.put("audio_projection.linear1.", "audio.proj.0.");
    BEGINNINGS.put("audio_projection.linear2.", "audio.proj.2.");
    BEGINNINGS.put("text_projection.linear1.", "text.proj.0.");
    BEGINNINGS.put("text_projection.linear2.", "text.proj.2.");
    BEGINNINGS.put("text_model.", "text.transformer.");

    PARTS.put("layernorm_before.", "norm1.");
    PARTS.put("layernorm_after.", "norm2.");
    PARTS.put("attention.self.", "attn.");
    PARTS.put("attention.output.dense.", "attn.proj.");
    PARTS.put("intermediate.dense.", "mlp.fc1.");
    PARTS.put("output.dense.", "mlp.fc2.");
  }

  @Override
  public String library() {
    return "Hugging Face transformers (CLAP)";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains("logit_scale_a") && names.contains(ENCODER + "norm.weight");
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return Map.of();
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    Renamed out = new Renamed(foreign);
    for (String name : foreign.names()) {
      if (name.equals("logit_scale_a")) {
        out.rename("logit_scale", name);
      } else if (name.startsWith(ENCODER + "layers.") && name.contains(QUERY)) {
        out.stack(
            renamed(name.replace(QUERY, "attention.self.qkv.")),
            List.of(name, name.replace(".query.", ".key."), name.replace(".query.", ".value.")),
            tensor -> tensor);
      } else if (!name.equals("logit_scale_t") && !keyOrValue(name) && !unread(name, wanted)) {
        out.rename(renamed(name), name);
      }
    }
    return out;
  }

  private static boolean keyOrValue(String name) {
    return name.startsWith(ENCODER + "layers.")
        && (name.contains("attention.self.key.") || name.contains("attention.self.value."));
  }

  /** What fuses longer sounds is published with models that do not, too. */
  private static boolean unread(String name, Map<String, List<Long>> wanted) {
    return (name.startsWith(ENCODER + "patch_embed.mel_conv2d.")
            || name.startsWith(ENCODER + "patch_embed.fusion_model."))
        && !wanted.containsKey(renamed(name));
  }

  private static String renamed(String name) {
    for (Map.Entry<String, String> beginning : BEGINNINGS.entrySet()) {
      if (name.startsWith(beginning.getKey())) {
        String rest = name.substring(beginning.getKey().length());
        boolean block = beginning.getKey().equals(ENCODER) && rest.contains(".blocks.");
        return beginning.getValue() + (block ? part(rest) : rest);
      }
    }
    return name;
  }

  private static String part(String rest) {
    for (Map.Entry<String, String> part : PARTS.entrySet()) {
      int at = rest.indexOf("." + part.getKey());
      if (at >= 0 && rest.substring(0, at).matches("layers\\.\\d+\\.blocks\\.\\d+")) {
        return rest.substring(0, at + 1)
            + part.getValue()
            + rest.substring(at + 1 + part.getKey().length());
      }
    }
    return rest;
  }
}
