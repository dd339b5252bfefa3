package org.openclip.models.text;

import org.openclip.api.InvalidConfigException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;

/**
 * Checks that a tokenizer fits a model, as far as ids and sizes can show it. A wrong tokenizer
 * would cause an index out of range or, worse, wrong features.
 */
public final class ModelFit {
  private ModelFit() {}

  /**
   * Checks the special token ids that text towers depend on, and the size of the vocabulary.
   *
   * @param source the origin of the tokenizer, for messages
   * @throws InvalidConfigException when the tokenizer does not fit
   */
  public static void check(TokenizerContext context, String source, Tokenizer tokenizer) {
    checkVocabulary(context, source, tokenizer);
    checkId(context, "pad_id", source, tokenizer.padId());
    Object pool = context.textConfig().getOrDefault("pool_type", "argmax");
    boolean modern = "modern".equals(context.textConfig().get("text_arch"));
    if ("eos".equals(pool) || (modern && "argmax".equals(pool))) {
      checkId(context, "eos_id", source, tokenizer.endId());
    }
  }

  /**
   * Checks that the tower knows all tokens.
   *
   * @throws InvalidConfigException when it does not
   */
  static void checkVocabulary(TokenizerContext context, String source, Tokenizer tokenizer) {
    if (tokenizer.vocabularySize() > context.vocabularySize()) {
      throw new InvalidConfigException(
          "text_cfg.vocab_size",
          "is %s, but %s has %s tokens; use the tokenizer of this model"
              .formatted(context.vocabularySize(), source, tokenizer.vocabularySize()));
    }
  }

  private static void checkId(TokenizerContext context, String key, String source, int actual) {
    if (context.textConfig().get(key) instanceof Number wanted && wanted.intValue() != actual) {
      throw new InvalidConfigException(
          "text_cfg." + key,
          "is %s, but %s has the id %s; use the tokenizer of this model"
              .formatted(wanted, source, actual));
    }
  }
}
