package org.openclip.models.modern;

import java.util.Map;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.testkit.TextEncoderContract;

/** OpenCLIP's modern text transformer is a text tower like any other. */
class ModernTextTransformerTest extends TextEncoderContract {
  @Override
  protected TextEncoderProvider provider() {
    return new ModernTextProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "text_arch",
        "modern",
        "eos_id",
        63,
        "context_length",
        12,
        "vocab_size",
        64,
        "width",
        16,
        "heads",
        2,
        "layers",
        2);
  }
}
