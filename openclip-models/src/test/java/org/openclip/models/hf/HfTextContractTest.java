package org.openclip.models.hf;

import java.util.Map;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.testkit.TextEncoderContract;

/** A BERT is a text tower like any other. */
class HfTextContractTest extends TextEncoderContract {
  @Override
  protected TextEncoderProvider provider() {
    return new HfTextProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "hf_model_name",
        "bert-base-uncased",
        "context_length",
        12,
        "hf_model_config",
        Map.of(
            "vocab_size",
            64,
            "hidden_size",
            16,
            "num_hidden_layers",
            2,
            "num_attention_heads",
            2,
            "intermediate_size",
            32));
  }
}
