package org.openclip.api.encoder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration from which an encoder is created.
 *
 * @param config the tower's own configuration: {@code vision_cfg} or {@code text_cfg}
 * @param embedDim the width of the joint embedding
 * @param quickGelu whether native towers use OpenAI's approximation of GELU
 * @param customText whether the text tower has the prefix {@code text.} in the state dict
 */
public record EncoderContext(
    Map<String, Object> config, int embedDim, boolean quickGelu, boolean customText) {
  /** Copies the map. */
  public EncoderContext {
    config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
  }
}
