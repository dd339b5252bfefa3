package org.openclip.hub.cli.named;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.Graph;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.Provider;
import org.openclip.api.spi.TokenizerProvider;

/** The facts that {@code info} shows of models of images and of sounds. */
final class TowerFacts {
  private TowerFacts() {}

  static Map<String, Object> text(
      long parameters,
      TextEncoder encoder,
      Graph graph,
      Map<String, Object> config,
      Environment environment) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("parameters", parameters);
    text.put("context_length", encoder.contextLength());
    text.put("vocabulary_size", encoder.vocabularySize());
    text.put("operators", graph.nodes().size());
    text.put("tokenizer", tokenizer(config, environment));
    return text;
  }

  /** Returns the name of the tokenizer that a {@code text_cfg} chooses. */
  static String tokenizer(Map<String, Object> config, Environment environment) {
    return environment
        .plugins()
        .first(TokenizerProvider.class, p -> p.matches(config))
        .map(Provider::name)
        .orElse("none installed");
  }

  static Map<String, Object> state(long parameters, int entries) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("parameters", parameters);
    state.put("entries", entries);
    state.put("float32_bytes", 4 * parameters);
    return state;
  }
}
