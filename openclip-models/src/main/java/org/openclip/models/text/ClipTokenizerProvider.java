package org.openclip.models.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.api.text.WordTagger;

/** Provides CLIP's byte pair encoding {@code clip-bpe}, for models that name no other tokenizer. */
public final class ClipTokenizerProvider implements TokenizerProvider {
  private static final List<String> OTHERS =
      List.of("hf_tokenizer_name", "hf_model_name", "tokenizer_type");

  /** Creates the provider. It does not read the vocabulary. */
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
  public Tokenizer create(TokenizerContext context) {
    ConfigReader options = new ConfigReader("text_cfg", context.textConfig());
    ConfigReader reader =
        new ConfigReader(options.at("tokenizer_kwargs"), options.map("tokenizer_kwargs"));
    Cleaning cleaning = Cleaning.read(reader, Cleaning.LOWER);
    String mask =
        reader.choice("reduction_mask", "", List.of("", "simple", "random", "shuffle", "syntax"));
    boolean syntax = mask.equals("syntax");
    List<String> special = new ArrayList<>(List.of("<start_of_text>", "<end_of_text>"));
    special.addAll(reader.strings("additional_special_tokens"));
    BytePairs pairs = pairs(reader, special.size());
    reader.finish();
    Tokenizer tokenizer =
        new ClipTokenizer(
            pairs,
            special,
            context.contextLength(),
            cleaning,
            mask.isEmpty() || syntax
                ? Reduction.NONE
                : Reduction.valueOf(mask.toUpperCase(Locale.ROOT)),
            syntax ? new SyntaxMask(tagger(context, reader.at("reduction_mask"))) : null,
            new Random());
    ModelFit.checkVocabulary(context, "CLIP's tokenizer", tokenizer);
    return tokenizer;
  }

  /** Reads {@code vocab_size}, our own option for small models: the first of CLIP's merges do. */
  private static BytePairs pairs(ConfigReader options, int special) {
    int size = options.integer("vocab_size", BytePairs.COUNT + special);
    if (size < BytePairs.BYTES + special || size > BytePairs.COUNT + special) {
      throw new InvalidConfigException(
          options.at("vocab_size"),
          "is %s, but must be from %s to %s, including the special tokens"
              .formatted(size, BytePairs.BYTES + special, BytePairs.COUNT + special));
    }
    return BytePairs.first(size - special);
  }

  private static WordTagger tagger(TokenizerContext context, String key) {
    return context
        .tagger()
        .get()
        .orElseThrow(
            () ->
                new InvalidConfigException(
                    key,
                    "is syntax, which keeps nouns first and needs a part-of-speech tagger; none is"
                        + " built in. Add a jar with a WordTaggerProvider, or use simple, random or"
                        + " shuffle"));
  }
}
