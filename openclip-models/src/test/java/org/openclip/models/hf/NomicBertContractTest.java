package org.openclip.models.hf;

import java.util.Map;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.testkit.TextEncoderContract;

/** NomicBERT is a text tower like any other. */
class NomicBertContractTest extends TextEncoderContract {
  @Override
  protected TextEncoderProvider provider() {
    return new HfTextProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "hf_model_name",
        "nomic-ai/nomic-embed-text-v1.5",
        "context_length",
        12,
        "hf_pooler_type",
        "mean_norm_pooler",
        "hf_model_config",
        Map.of("vocab_size", 64, "n_embd", 16, "n_layer", 2, "n_head", 2, "n_inner", 32));
  }
}
