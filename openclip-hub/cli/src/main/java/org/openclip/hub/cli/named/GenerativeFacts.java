package org.openclip.hub.cli.named;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;

/** The facts that {@code info} shows of a generative model. */
public final class GenerativeFacts {
  private GenerativeFacts() {}

  /** Returns what a model reads in front of a text. */
  public static String reads(GenerativeEncoder encoder) {
    return switch (encoder.prefix()) {
      case GenerativeEncoder.Images images -> "images";
      case GenerativeEncoder.Sounds sounds -> "sounds";
    };
  }

  static Map<String, Object> of(GenerativeArchitecture architecture, Environment environment) {
    GenerativeEncoder encoder = architecture.encoder();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("embed_dim", encoder.embedDim());
    Map<String, Object> prefix = new LinkedHashMap<>();
    prefix.put("reads", reads(encoder));
    prefix.put("patches", encoder.prefix().most());
    prefix.put("patch_numbers", encoder.prefix().numbers());
    facts.put("prefix", prefix);
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("context_length", encoder.contextLength());
    text.put("vocabulary_size", encoder.vocabularySize());
    text.put("tokenizer", TowerFacts.tokenizer(encoder.textConfig(), environment));
    facts.put("text", text);
    facts.put(
        "state", TowerFacts.state(architecture.parameterCount(), architecture.parameters().size()));
    return facts;
  }
}
