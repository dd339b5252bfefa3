package org.openclip.api.encoder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration from which a multimodal decoder is created.
 *
 * @param config the decoder's own configuration: {@code multimodal_cfg}
 * @param textConfig that of the text tower, {@code text_cfg}, whose vocabulary the decoder shares
 * @param quickGelu whether native towers use OpenAI's approximation of GELU
 */
public record DecoderContext(
    Map<String, Object> config, Map<String, Object> textConfig, boolean quickGelu) {
  /** Copies the maps. */
  public DecoderContext {
    config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    textConfig = Collections.unmodifiableMap(new LinkedHashMap<>(textConfig));
  }
}
