package org.openclip.models.clip;

import java.util.Map;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.testkit.TextEncoderContract;

/** CLIP's text transformer is a text tower like any other. */
class TextTransformerTest extends TextEncoderContract {
  @Override
  protected TextEncoderProvider provider() {
    return new TextTransformerProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of("context_length", 12, "vocab_size", 64, "width", 16, "heads", 2, "layers", 2);
  }
}
