package org.openclip.models.generative;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * What a generative model knows of texts: {@code text_cfg}.
 *
 * @param vocabularySize the number of different tokens
 * @param contextLength the largest number of tokens of a text
 * @param padId the id of padding, whose embedding is not trained
 * @param normed whether embedded tokens pass a norm before the transformer
 * @param json all of {@code text_cfg}, with the reference's defaults for the tokenizer
 */
record TextConfig(
    int vocabularySize, int contextLength, int padId, boolean normed, Map<String, Object> json) {
  static TextConfig of(Map<String, Object> config) {
    ConfigReader reader = new ConfigReader("text_cfg", config);
    reader.ignore("tokenizer_type", "tiktoken_name", "tokenizer_kwargs", "tokenizer_mode");
    int vocabulary = reader.positive("vocab_size", 100280);
    for (String key : new String[] {"pad_id", "bos_id", "eos_id"}) {
      int id = reader.integer(key, 0);
      if (id < 0 || id >= vocabulary) {
        throw new InvalidConfigException(
            reader.at(key),
            "is %s, but token ids of this vocabulary are from 0 to %s"
                .formatted(id, vocabulary - 1));
      }
    }
    TextConfig read =
        new TextConfig(
            vocabulary,
            reader.positive("context_length", 256),
            reader.integer("pad_id", 0),
            reader.bool("pre_norm", false),
            config);
    reader.finish();
    return read;
  }
}
