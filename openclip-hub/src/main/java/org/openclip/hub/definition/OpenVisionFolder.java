package org.openclip.hub.definition;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * OpenVision's folders (Li et al. 2025, arXiv 2505.04601), whose configuration names BERT's
 * tokenizer while the authors' code puts other ids around a text: it goes by the folder's name, and
 * so does this.
 */
final class OpenVisionFolder {
  private OpenVisionFolder() {}

  /**
   * Returns a folder's {@code model_cfg}, with the tokenizer of the authors' code if the folder is
   * one of theirs.
   *
   * @param place where the folder is
   */
  static Map<String, Object> tokenized(String place, Map<String, Object> config) {
    if (!place.toLowerCase(Locale.ROOT).contains("openvision")
        || !(config.get("text_cfg") instanceof Map<?, ?> text)
        || !"bert-base-uncased".equals(text.get("hf_tokenizer_name"))
        || text.get("tokenizer_mode") != null) {
      return config;
    }
    Map<String, Object> changed = new LinkedHashMap<>();
    text.forEach((key, value) -> changed.put(String.valueOf(key), value));
    changed.remove("tokenizer_kwargs");
    changed.put("tokenizer_mode", "clips");
    changed.put("bos_id", 1);
    changed.put("eos_id", 2);
    Map<String, Object> all = new LinkedHashMap<>(config);
    all.put("text_cfg", changed);
    return all;
  }
}
