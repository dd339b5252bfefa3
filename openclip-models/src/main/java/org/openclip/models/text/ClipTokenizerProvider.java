package org.openclip.models.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;

/** Offers CLIP's byte-pair tokenizer, as {@code clip-bpe}, for models that name no other. */
public final class ClipTokenizerProvider implements TokenizerProvider {
  private static final List<String> OTHERS =
      List.of("hf_tokenizer_name", "hf_model_name", "tokenizer_type");

  /** Creates the provider; no vocabulary is read yet. */
  public ClipTokenizerProvider() {}

  @Override
  public String name() {
    return "clip-bpe";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    return OTHERS.stream().allMatch(key -> textConfig.get(key) == null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Tokenizer create(TokenizerContext context) {
    Object options = context.textConfig().get("tokenizer_kwargs");
    ConfigReader reader =
        new ConfigReader(
            "text_cfg.tokenizer_kwargs",
            options instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    List<String> cleanings = Arrays.stream(Cleaning.values()).map(Cleaning::label).toList();
    String clean = reader.choice("clean", "lower", cleanings);
    String mask =
        reader.choice("reduction_mask", "", List.of("", "simple", "random", "shuffle", "syntax"));
    if (mask.equals("syntax")) {
      throw new InvalidConfigException(
          reader.at("reduction_mask"),
          "is syntax, which needs a tagger of parts of speech that is not built in; take simple,"
              + " random or shuffle");
    }
    List<String> special = new ArrayList<>(List.of("<start_of_text>", "<end_of_text>"));
    Object more = reader.value("additional_special_tokens");
    if (more instanceof List<?> tokens) {
      tokens.forEach(token -> special.add(String.valueOf(token)));
    }
    reader.finish();
    return new ClipTokenizer(
        special,
        context.contextLength(),
        Cleaning.valueOf(clean.toUpperCase(Locale.ROOT)),
        mask.isEmpty() ? Reduction.NONE : Reduction.valueOf(mask.toUpperCase(Locale.ROOT)),
        new Random());
  }
}
